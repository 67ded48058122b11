// SPDX-License-Identifier: Apache-2.0
// A stand-in for what Windows Script Host, ADSI, WMI and the administration of IIS give a script.
// It says nothing of the real ones: only that the script copes with what is written here.
// In front of it stands what world holds: see worlds() in jscript_hmac_test.py.
var written = "";
var PASSWORDS = 0; // how often one was read

function Failure(number) {
	this.number = number;
	this.message = "stand-in";
}

var WScript = {
	StdIn: {
		AtEndOfStream: world.key === null,
		ReadLine: function () { return world.key; }
	},
	StdOut: { Write: function (text) { written += text; } },
	StdErr: { WriteLine: function (text) { print("error: " + text); } },
	Quit: function (code) { throw "quit " + code; }
};

var REGISTRY = {
	"SOFTWARE\\Microsoft\\InetStp\\MajorVersion": world.iis,
	"SOFTWARE\\Microsoft\\InetStp\\MinorVersion": 0,
	"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\CurrentVersion": "5.2",
	"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\CurrentBuildNumber": "3790",
	"SYSTEM\\CurrentControlSet\\Control\\ProductOptions\\ProductType": "ServerNT"
};

function registryRead(path) {
	var value = REGISTRY[path.replace("HKLM\\", "")];
	if (typeof value == "undefined")
		throw new Failure(-2147024894);
	return value;
}

// --- collections

function Enumerator(collection) {
	this.list = collection;
	this.at = 0;
}
Enumerator.prototype.atEnd = function () { return this.at >= this.list.length; };
Enumerator.prototype.item = function () { return this.list[this.at]; };
Enumerator.prototype.moveNext = function () { this.at++; };

function VBArray(list) { this.list = list; }
VBArray.prototype.toArray = function () { return this.list; };

function collection(list) {
	return { Count: list.length, Item: function (i) { return list[i]; } };
}

// --- accounts

function octetsOf(relative, builtin) {
	var sid = builtin ? "0102000000000005200000002102" : "010500000000000515000000010000000200000003000000";
	return builtin ? sid + "0000" : sid + relative;
}

function user(name, relative) {
	return {
		Class: "User",
		Name: name,
		Get: function () { return octetsOf(relative, false); },
		AccountDisabled: false,
		IsAccountLocked: false,
		get AccountExpirationDate() { throw new Failure(-2147463155); },
		UserFlags: 0x10201,
		MaxPasswordAge: 3628800,
		PasswordAge: 86400,
		PasswordExpired: 0,
		Groups: function () {
			return [{ Name: "Guests", Get: function () { return octetsOf("", true); } }];
		}
	};
}

var USERS = [user("Administrator", "f4010000"), user("IUSR_CONF1", "eb030000"),
	{ Class: "Service", Name: "W3SVC" }];

// --- IIS

function web(name) {
	return {
		GetInfo: function () {},
		Name: name,
		AnonymousUserName: world.user,
		get AnonymousUserPass() {
			PASSWORDS++;
			return world.password;
		},
		AnonymousPasswordSync: true,
		AuthFlags: 5,
		LogonMethod: 0,
		WAMUserName: "IWAM_CONF1",
		get WAMUserPass() {
			PASSWORDS++;
			throw new Failure(-2147024891);
		},
		IIs5IsolationModeEnabled: false,
		AppPoolIdentityType: 3,
		GetDataPaths: function (property) {
			if (world.set === null)
				throw new Failure(-2146646015);
			return world.set;
		}
	};
}

function GetObject(path) {
	var at, known = { "IIS://localhost/W3SVC": 1, "IIS://localhost/W3SVC/1/root/conferencing": 1 };
	if (path == "WinNT://CONF1,computer")
		return USERS;
	if (path == "winmgmts:root\\cimv2")
		return { InstancesOf: function () { return [{ DomainRole: 3, Domain: "example.test" }]; } };
	if (path.indexOf("WinNT://") == 0)
		throw new Failure(-2147022675);
	if (path == "IIS://localhost/W3SVC/AppPools")
		return [web("Pool %1")];
	if (known[path] && world.iis < 7)
		return web("");
	throw new Failure(-2147024893);
}

// --- IIS 7

function element(values, children) {
	return {
		GetPropertyByName: function (name) {
			if (name == "password")
				PASSWORDS++;
			return { Value: values[name] };
		},
		GetElementByName: function () { return children; },
		Collection: collection(children || [])
	};
}

function adminSection(name) {
	var directory = element({ path: "/" }), conference = element({ path: "/Conferencing/" });
	var account = { userName: world.user, password: world.password, enabled: true, logonMethod: 3 };
	if (name == "system.applicationHost/sites")
		return element({}, [element({ id: 1, name: "Default Web Site" },
			[element({ path: "/" }, [directory, conference])])]);
	if (name == "system.applicationHost/applicationPools")
		return element({}, [element({ name: "Pool/1" }, element({ identityType: 3,
			userName: "EXAMPLE\\pool", password: world.password }))]);
	return element(account);
}

function ActiveXObject(name) {
	if (name == "WScript.Shell")
		return { RegRead: registryRead };
	if (name == "WScript.Network")
		return { ComputerName: "conf1" };
	if (name == "Microsoft.XMLDOM")
		return { createElement: function () {
			return { set nodeTypedValue(value) { this.text = value; } };
		} };
	if (name == "Microsoft.ApplicationHost.AdminManager" && world.iis >= 7)
		return { GetAdminSection: adminSection };
	throw new Failure(-2147221005);
}
