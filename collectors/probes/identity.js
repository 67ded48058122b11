// SPDX-License-Identifier: Apache-2.0
// identity.json of this node on standard output, in ASCII. For cscript of Windows 2000 and later.
// Whatever cannot be read is left out. The next line of standard input is the key of the run in
// hexadecimal; without it no password is looked at. Clear text stays in variables.
// In front of this stand identity_fingerprint.js and what is asked for:
//	var scope = { locations: ["/", "1/root/name"], checkLogon: false };

var USER_NOT_FOUND = -2147022675; // 0x800708AD
var DATA_NOT_FOUND = -2146646015; // 0x800CC801, of the metabase
var PROPERTY_NOT_SET = -2147463155; // 0x8000500D, of ADSI

// --- what can be asked --------------------------------------------------------------------------

var key = null; // bytes; null: no fingerprints

// What a function gives, or undefined where it fails.
function attempt(ask) {
	var nothing;
	try {
		return ask();
	} catch (problem) {
		return nothing;
	}
}

function known(value) {
	return typeof value != "undefined" && value !== null;
}

function put(object, name, value) {
	if (typeof value != "undefined")
		object[name] = value;
}

function registry(path) {
	return attempt(function () {
		return new ActiveXObject("WScript.Shell").RegRead("HKLM\\" + path);
	});
}

function each(collection, visit) {
	for (var list = new Enumerator(collection); !list.atEnd(); list.moveNext())
		visit(list.item());
}

// Members of a collection of IIS 7 and later.
function eachElement(collection, visit) {
	for (var i = 0; i < collection.Count; i++)
		visit(collection.Item(i));
}

// `read` gives the configured text, `isSet` whether there is one though it is empty.
function passwordState(read, isSet) {
	var text, there;
	try {
		text = read();
	} catch (problem) {
		return "unreadable";
	}
	if (typeof text == "string" && text != "")
		return fingerprint(key, text);
	there = attempt(isSet);
	if (known(there))
		return there ? "empty" : "not-set";
	return there;
}

// --- SIDs ---------------------------------------------------------------------------------------

// JScript has no way into an array of bytes; MSXML writes one as hexadecimal text.
function octets(value) {
	var element = new ActiveXObject("Microsoft.XMLDOM").createElement("sid");
	element.dataType = "bin.hex";
	element.nodeTypedValue = value;
	return textToBytes(element.text);
}

function sidText(bytes) {
	var authority = 0, out, i, at;
	for (i = 2; i < 8; i++)
		authority = authority * 256 + bytes[i];
	out = "S-" + bytes[0] + "-" + authority;
	for (i = 0; i < bytes[1]; i++) {
		at = 8 + 4 * i;
		out += "-" + (((bytes[at + 3] << 24) | (bytes[at + 2] << 16) |
			(bytes[at + 1] << 8) | bytes[at]) >>> 0);
	}
	return out;
}

function sidOf(object) {
	return attempt(function () {
		var bytes = octets(object.Get("objectSid"));
		if (bytes.length < 12 || bytes.length != 8 + 4 * bytes[1])
			throw new Error("no SID");
		return sidText(bytes);
	});
}

// --- accounts -----------------------------------------------------------------------------------

function expiry(user) {
	var nothing, date;
	try {
		date = new Date(user.AccountExpirationDate).getTime();
		if (isNaN(date))
			return nothing;
		return date <= 86400000 ? null : time(date);
	} catch (problem) {
		return problem.number == PROPERTY_NOT_SET ? null : nothing;
	}
}

// To the minute: the age is all that Windows tells, and it moves while it is asked for.
function passwordSet(user, now) {
	var age = user.PasswordAge;
	return Math.round((now - age * 1000) / 60000) * 60000;
}

function putPassword(account, user, now) {
	var flags = user.UserFlags, longest = user.MaxPasswordAge, set;
	var over = user.PasswordExpired == 1;
	if (!over || user.PasswordAge > 0) {
		set = passwordSet(user, now);
		account["password-set"] = time(set);
	}
	if (over)
		account["password-expires"] = time(now);
	else if ((flags & 0x10000) != 0 || longest == -1 || longest == 0xffffffff)
		account["password-expires"] = null;
	else
		account["password-expires"] = time(set + longest * 1000);
}

function groupsOf(user) {
	var sids = [], whole = true;
	each(user.Groups(), function (group) {
		var sid = sidOf(group);
		if (known(sid))
			append(sids, sid);
		else
			whole = false;
	});
	if (!whole)
		throw new Error("a group has no SID");
	return sids.sort();
}

function describe(user, local, now) {
	var account = { exists: true };
	put(account, "sid", sidOf(user));
	put(account, "enabled", attempt(function () { return !user.AccountDisabled; }));
	put(account, "locked", attempt(function () { return !!user.IsAccountLocked; }));
	put(account, "expires", expiry(user));
	attempt(function () { putPassword(account, user, now); });
	if (local) // of others only the groups of their domain could be seen
		put(account, "groups", attempt(function () { return groupsOf(user); }));
	return account;
}

// { domain, name, key } of an account as it is configured, or null where it is none to look up.
function splitName(node, user) {
	var at = user.indexOf("\\"), domain = at < 0 ? "." : user.substring(0, at);
	var name = user.substring(at + 1);
	if (name == "" || user.indexOf("@") >= 0 || user.indexOf("/") >= 0)
		return null;
	if (at < 0 && node.iis >= 7 && name.toUpperCase() == "IUSR")
		return null; // built in
	if (domain.toUpperCase() == "NT AUTHORITY" || domain.toUpperCase() == "BUILTIN")
		return null;
	if (domain == "." || domain.toUpperCase() == node.name)
		domain = node.name;
	if (domain == node.name && node.controller)
		return null; // its accounts are the domain's, whose name is not at hand
	return {
		domain: domain,
		name: name,
		local: domain == node.name,
		key: (domain == node.name ? "." : domain) + "\\" + name
	};
}

// All of the computer's own; false where they could not be listed whole.
function listAccounts(node, accounts) {
	var count = 0;
	if (node.controller)
		return false;
	return attempt(function () {
		each(GetObject("WinNT://" + node.name + ",computer"), function (object) {
			if (object.Class != "User")
				return;
			if (++count > 5000)
				throw new Error("too many accounts");
			accounts[".\\" + object.Name] = describe(object, true, node.now);
		});
		return count > 0;
	}) === true;
}

function askAccount(node, accounts, user) {
	var wanted = splitName(node, user), present;
	if (!wanted)
		return;
	for (present in accounts)
		if (present.toLowerCase() == wanted.key.toLowerCase())
			return;
	try {
		accounts[wanted.key] = describe(
			GetObject("WinNT://" + wanted.domain + "/" + wanted.name + ",user"),
			wanted.local, node.now);
	} catch (problem) {
		if (problem.number == USER_NOT_FOUND)
			accounts[wanted.key] = { exists: false };
	}
}

function computerSid(accounts) {
	var name, found, match;
	for (name in accounts) {
		match = /^(S-1-5-21-\d+-\d+-\d+)-\d+$/.exec(String(accounts[name].sid));
		if (name.substring(0, 2) == ".\\" && match)
			found = match[1];
	}
	return found;
}

// --- credentials of IIS 5 and 6 -----------------------------------------------------------------

function metabase(location) {
	return GetObject("IIS://localhost/W3SVC" + (location == "/" ? "" : "/" + location));
}

// Where the metabase itself has the property: locations, in lower case.
function placesOf(property) {
	var list, out = [], i, path, at;
	try {
		list = new VBArray(metabase("/").GetDataPaths(property, 0)).toArray();
	} catch (problem) {
		if (problem.number == DATA_NOT_FOUND)
			return [];
		throw problem;
	}
	for (i = 0; i < list.length; i++) {
		path = String(list[i]).toLowerCase();
		at = path.indexOf("/w3svc");
		append(out, path.substring(at + 7) == "" ? "/" : path.substring(at + 7));
	}
	return out;
}

function isSetAt(property, location) {
	var places = placesOf(property), i;
	for (i = 0; i < places.length; i++)
		if (places[i] == "/" || (location + "/").indexOf(places[i] + "/") == 0)
			return true;
	return false;
}

function credential(object, user, password, location) {
	var entry = {}, name = attempt(function () { return object[user]; });
	if (name)
		entry.user = String(name);
	if (key)
		put(entry, "password", passwordState(
			function () { return object[password]; },
			function () { return isSetAt(password, location); }));
	return entry;
}

// IIS 6 writes the last three into MetaBase.xml, which tells what is set from what is not.
function anonymous5(node, object, location) {
	var entry = credential(object, "AnonymousUserName", "AnonymousUserPass", location);
	var methods = ["interactive", "batch", "network", "cleartext"];
	if (node.iis >= 6)
		return entry;
	put(entry, "enabled", attempt(function () { return (object.AuthFlags & 1) != 0; }));
	put(entry, "sync", attempt(function () { return !!object.AnonymousPasswordSync; }));
	put(entry, "logon-method", attempt(function () { return methods[object.LogonMethod]; }));
	return entry;
}

function credentials5(node, out) {
	for (var i = 0; i < scope.locations.length; i++)
		attempt(function () {
			var location = scope.locations[i], object = metabase(location);
			object.GetInfo();
			out["iis/location/" + segment(location) + "/anonymous"] =
				anonymous5(node, object, location);
		});
	attempt(function () {
		out["iis/wam"] = credential(metabase("/"), "WAMUserName", "WAMUserPass", "/");
	});
	attempt(function () {
		each(metabase("AppPools"), function (pool) {
			if (pool.AppPoolIdentityType == 3)
				out["iis/pool/" + segment(pool.Name)] =
					credential(pool, "WAMUserName", "WAMUserPass",
						"apppools/" + pool.Name.toLowerCase());
		});
	});
}

// --- credentials of IIS 7 and later -------------------------------------------------------------

var TOP = "MACHINE/WEBROOT/APPHOST";
var ANONYMOUS = "system.webServer/security/authentication/anonymousAuthentication";

function property(element, name) {
	return element.GetPropertyByName(name).Value;
}

// Paths of a site below its name: "", "/conferencing".
function pathsOf(site) {
	var out = [];
	eachElement(site.Collection, function (application) {
		var above = property(application, "path").replace(/\/$/, "");
		eachElement(application.Collection, function (directory) {
			append(out, above + property(directory, "path").replace(/\/$/, ""));
		});
	});
	return out;
}

// The path of a location of the form 1/root/name in the configuration, or null: there is none.
function configurationPath(manager, location) {
	var parts = location.split("/"), below = "/" + parts.slice(2).join("/"), found = null;
	if (location == "/")
		return TOP;
	if (below == "/")
		below = "";
	eachElement(manager.GetAdminSection("system.applicationHost/sites", TOP).Collection,
		function (site) {
			var paths = pathsOf(site), i;
			if (String(property(site, "id")) != parts[0])
				return;
			for (i = 0; i < paths.length; i++)
				if (paths[i].toLowerCase() == below)
					found = TOP + "/" + property(site, "name") + paths[i];
		});
	return found;
}

function credential7(element) {
	var entry = {};
	put(entry, "user", attempt(function () { return String(property(element, "userName")); }));
	if (key)
		put(entry, "password", passwordState(
			function () { return property(element, "password"); },
			function () { return true; }));
	return entry;
}

function anonymous7(element) {
	var entry = credential7(element);
	var methods = ["interactive", "batch", "network", "cleartext"];
	put(entry, "enabled", attempt(function () { return !!property(element, "enabled"); }));
	put(entry, "logon-method", attempt(function () {
		return methods[Number(property(element, "logonMethod"))];
	}));
	return entry;
}

function credentials7(out) {
	var manager = new ActiveXObject("Microsoft.ApplicationHost.AdminManager"), i;
	for (i = 0; i < scope.locations.length; i++)
		attempt(function () {
			var location = scope.locations[i];
			var path = configurationPath(manager, location);
			if (path)
				out["iis/location/" + segment(location) + "/anonymous"] =
					anonymous7(manager.GetAdminSection(ANONYMOUS, path));
		});
	attempt(function () {
		var pools = manager.GetAdminSection("system.applicationHost/applicationPools", TOP);
		eachElement(pools.Collection, function (pool) {
			var model = pool.GetElementByName("processModel");
			if (Number(property(model, "identityType")) == 3)
				out["iis/pool/" + segment(property(pool, "name"))] =
					credential7(model);
		});
	});
}

// --- the node -----------------------------------------------------------------------------------

var WINDOWS = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\";

function osVersion() {
	var nothing, major = registry(WINDOWS + "CurrentMajorVersionNumber");
	var minor = registry(WINDOWS + "CurrentMinorVersionNumber");
	var build = registry(WINDOWS + "CurrentBuildNumber");
	var numbers = known(major) && known(minor) ? major + "." + minor
						   : registry(WINDOWS + "CurrentVersion");
	return known(numbers) && known(build) ? numbers + "." + build : nothing;
}

function readNode() {
	var node = { now: new Date().getTime(), iis: 0 };
	var major = registry("SOFTWARE\\Microsoft\\InetStp\\MajorVersion");
	var minor = registry("SOFTWARE\\Microsoft\\InetStp\\MinorVersion"), type;
	node.name = String(new ActiveXObject("WScript.Network").ComputerName).toUpperCase();
	type = registry("SYSTEM\\CurrentControlSet\\Control\\ProductOptions\\ProductType");
	node.controller = type != "ServerNT" && type != "WinNT";
	if (known(major) && known(minor)) {
		node.iis = Number(major);
		node.version = major + "." + minor;
	}
	return node;
}

function domainOf() {
	var nothing, found;
	var systems = GetObject("winmgmts:root\\cimv2").InstancesOf("Win32_ComputerSystem");
	each(systems, function (system) {
		// 0 and 2 stand alone, 1 and 3 are members, 4 and 5 domain controllers.
		if (system.DomainRole == 0 || system.DomainRole == 2)
			found = null;
		else if (system.Domain)
			found = String(system.Domain);
	});
	return found;
}

function describeComputer(node, accounts) {
	var computer = { name: node.name };
	put(computer, "domain", attempt(domainOf));
	put(computer, "sid", computerSid(accounts));
	put(computer, "os", osVersion());
	put(computer, "iis", node.version);
	if (node.iis == 6)
		put(computer, "isolation-mode", attempt(function () {
			return metabase("/").IIs5IsolationModeEnabled ? "iis5" : "worker-process";
		}));
	return computer;
}

// Asked for and not tried is not the same as not asked for.
function notTried(node, credentials) {
	var out = {}, place, wanted;
	for (place in credentials) {
		wanted = credentials[place].user ? splitName(node, credentials[place].user) : null;
		if (wanted)
			out[wanted.key.toLowerCase()] = {
				state: "not-tried",
				why: "Windows Script Host has no way to log on; where PowerShell is, " +
					"it can be tried"
			};
	}
	return out;
}

function identity() {
	var node = readNode(), accounts = {}, credentials = {}, place, document;
	var complete = listAccounts(node, accounts);
	attempt(function () {
		if (node.iis >= 7)
			credentials7(credentials);
		else if (node.iis >= 4)
			credentials5(node, credentials);
	});
	for (place in credentials)
		if (credentials[place].user)
			askAccount(node, accounts, credentials[place].user);
	document = {
		version: 1,
		node: node.name,
		collected: time(node.now),
		computer: describeComputer(node, accounts),
		accounts: accounts,
		credentials: credentials
	};
	if (complete)
		document["accounts-complete"] = true;
	if (scope.checkLogon)
		document.logon = notTried(node, credentials);
	return document;
}

// Whether a key came. What is no key ends the script: its fingerprints would fit nothing.
function readKey() {
	var line;
	if (WScript.StdIn.AtEndOfStream)
		return;
	line = WScript.StdIn.ReadLine().replace(/\s+$/, "");
	if (line == "")
		return;
	if (line.length != 64 || /[^0-9a-fA-F]/.test(line)) {
		WScript.StdErr.WriteLine("the key must be 64 hexadecimal digits");
		WScript.Quit(3);
	}
	key = textToBytes(line);
}

if (typeof WScript != "undefined") {
	readKey();
	WScript.StdOut.Write(json(identity(), "") + "\n");
}
