#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What standby sends to PowerShell, run by a real PowerShell 7 for Linux: behind a real sshd, started
from a Unix shell or from PowerShell itself. reg.exe, ADSI and the administration of IIS are stand-ins,
as are files of Windows: "\\System32\\inetsrv\\MetaBase.xml" is the name of one file there.

Environment: STANDBY_PWSH, the engine, if it is not pwsh in PATH.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import powershell_peer as peer
import windows
from powershell_peer import HARD, PLACE, expect, expect_equal, fingerprint

sys.path.insert(0, str(peer.TOP / "tests/cli"))
from live_world import World  # noqa: E402
from program import EXAMPLES  # noqa: E402
from sshd import SSH, SSHD, keygen  # noqa: E402
import stand_in_shell  # noqa: E402

EXAMPLE = EXAMPLES / "conferencing-2003"
HKLM = "HKEY_LOCAL_MACHINE\\"
SETUP = HKLM + "SOFTWARE\\Microsoft\\InetStp"
PRODUCT = HKLM + "SYSTEM\\CurrentControlSet\\Control\\ProductOptions"
NAME = os.uname().nodename.split(".")[0].upper()  # what .NET calls this computer
HOST_FILE, REDIRECTION = "applicationHost.config", "redirection.config"


class Node:
    """A folder that the engine takes for a node."""

    def __init__(self, folder, iis=6, registry=True):
        self.folder = pathlib.Path(folder)
        (self.folder / "bin").mkdir(parents=True)
        (self.folder / "home").mkdir()
        start = self.folder / "bin/powershell.exe"
        start.write_text(f"#!/bin/sh\nexec '{ENGINE}' \"$@\"\n", encoding="utf-8")
        start.chmod(0o755)
        if registry:
            self.registry(self.folder / "bin/reg.exe", self.keys(iis))

    def registry(self, program, keys):
        """Stands in for reg.exe: knows these keys and nothing else."""
        (self.folder / "registry").mkdir()
        cases = []
        for number, (key, text) in enumerate(keys.items()):
            (self.folder / f"registry/{number}").write_bytes(text.encode())
            cases.append(f"'{key}') file={self.folder}/registry/{number} ;;")
        program.write_text("\n".join([
            "#!/bin/sh", '[ "$1" = query ] || exit 1', 'case "$2" in', *cases, "*) exit 1 ;;", "esac",
            '[ "$3" = /v ] || exec cat "$file"', 'line=$(grep "^    $4    " "$file") || exit 1',
            "printf '\\r\\n%s\\r\\n%s\\n\\r\\n' \"$2\" \"$line\"", ""]), encoding="utf-8")
        program.chmod(0o755)

    @staticmethod
    def keys(iis):
        frames = stand_in_shell.node(EXAMPLE / "CONF1", NAME, {}, "")["frames"]
        keys = {asks[0].removesuffix("\\*"): stand_in_shell.base64.b64decode(content).decode()
                for _, content, asks in frames if asks}
        for key, name, kind, data in ((SETUP, "MajorVersion", "REG_DWORD", hex(iis)),
                                      (PRODUCT, "ProductType", "REG_SZ", "ServerNT")):
            keys[key] = stand_in_shell.simple_query(key, ("", [(name, kind, data)]))[1]
        keys[SETUP] = keys[SETUP].rstrip() + "\r\n    MinorVersion    REG_DWORD    0x0\r\n\r\n"
        return keys

    def put(self, name, content):
        (self.folder / name).write_bytes(content)

    def run(self, sent, standard_input, line=None):
        """(exit code, standard output) of the command line, without ssh."""
        done = subprocess.run(
            ["/bin/sh", "-c", line or sent.line], input=standard_input, cwd=self.folder,
            capture_output=True, timeout=120, check=False,
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": f"{self.folder}/home"})
        return done.returncode, done.stdout


class Place:
    """A folder for one test: standby's world, nodes, inventory."""

    def __init__(self, folder, keys):
        self.folder = pathlib.Path(folder)
        self.world = World(self.folder, keys)
        self.inventory = self.world.inventory([[{"name": "CONF1", "ssh": "a"}, {"name": "CONF2", "ssh": "b"}]])
        self.sent = peer.Sent(self.inventory)

    def node(self, name="node", **more):
        return Node(self.folder / name, **more)

    def over_ssh(self, node, *words, shell="cmd", world=None, code=0):
        """(snapshot, witness) of one node that standby collects from."""
        witness = self.folder / f"witness-{shell}-{node.folder.name}"
        witness.mkdir(exist_ok=True)
        config = self.world.write(f"{witness.name}.json", json.dumps({
            "folder": str(node.folder), "pwsh": ENGINE, "shell": shell, "world": world,
            "witness": str(witness)}))
        command = f"exec /usr/bin/python3 -B {peer.HERE / 'powershell_node.py'} {config}"
        with self.world.server({}, command=command) as port:
            snapshot = self.collect(f"{witness.name}-out", self.world.live(NAME, "127.0.0.1", port), *words)
        (wrote,) = [json.loads(path.read_text()) for path in witness.iterdir()]
        expect_equal(wrote["code"], code, "the exit code of PowerShell")
        return snapshot, wrote

    def collect(self, name, node, *words):
        """The snapshot of a node, in a folder of that name."""
        inventory = self.world.inventory([[node, {"name": "OTHER", "files": "none"}]], f"{name}.json")
        (self.folder / "none").mkdir(exist_ok=True)
        run = self.world.run("collect", inventory, "-o", self.folder / name, *words)
        expect(run.code in (0, 2), f"standby ended with {run.code}: {run.errors}")
        return json.loads((self.folder / name / f"{NAME}.json").read_text())


@contextlib.contextmanager
def place():
    with tempfile.TemporaryDirectory() as folder:
        keys = pathlib.Path(folder) / "keys"
        keys.mkdir()
        for name in ("host", "user", "encrypted"):
            keygen(keys / name, "ed25519")
        (pathlib.Path(folder) / "w").mkdir()
        yield Place(pathlib.Path(folder) / "w", keys)


def as_the_engine_sees_it(node):
    """Without what ADSI would say."""
    document = {"version": 1, "node": NAME, "computer": {"name": NAME, "iis": "6.0"}, "accounts": {},
                "credentials": {}}
    encoded = stand_in_shell.base64.b64encode(json.dumps(document).encode()).decode()
    node["frames"] = [[probe, encoded if probe == "identity" else content, asks]
                      for probe, content, asks in node["frames"]]
    return node


# --- the tests ------------------------------------------------------------------------------------

def both_shells_give_whole_frames_and_the_facts_of_the_node():
    with place() as here:
        node = here.node()
        node.put("\\System32\\inetsrv\\MetaBase.xml", (EXAMPLE / "CONF1/MetaBase.xml").read_bytes())
        standing_in = as_the_engine_sees_it(stand_in_shell.node(
            EXAMPLE / "CONF1", NAME, {}, here.folder / "witness"))
        with here.world.server({"*": standing_in}) as port:
            wanted = here.collect("expected", here.world.live(NAME, "127.0.0.1", port))["facts"]
        expect(len(wanted) > 25, f"the stand-in gives too little: {sorted(wanted)}")
        for shell in ("cmd", "powershell"):
            snapshot, witness = here.over_ssh(node, shell=shell)
            found = peer.frames(witness["output"].encode("latin-1"))
            expect_equal({probe: [status for status, _, _ in frames] for probe, frames in found.items()
                          if probe != "identity"},
                         {probe: ["ok"] for probe, _, _ in standing_in["frames"] if probe != "identity"},
                         f"frames from {shell}")
            expect_equal(snapshot["facts"], wanted, f"facts from {shell}")


def where_nothing_is_of_windows_each_probe_says_why():
    with place() as here:
        snapshot, witness = here.over_ssh(here.node(registry=False))
        for probe, frames in peer.frames(witness["output"].encode("latin-1")).items():
            ((status, content, _),) = frames
            if probe == "metabase":
                expect_equal(status, "none", probe)
            elif probe != "identity":
                expect_equal(status, "error", probe)
                expect(b"reg.exe could not be started: error 2" in content, f"{probe}: {content}")
        reasons = [cover["why"] for cover in snapshot["coverage"] if cover["prefix"].startswith("dcom/")]
        expect(reasons and all("could not be started" in why for why in reasons), str(reasons))


OLE = HKLM + "SOFTWARE\\Microsoft\\Ole"


def complaining(node, commands):
    """Before reg.exe answers, it does this."""
    program = node.folder / "bin/reg.exe"
    program.rename(node.folder / "bin/answering")
    program.write_text(f"#!/bin/sh\n{commands}\nexec {node.folder}/bin/answering \"$@\"\n")
    program.chmod(0o755)
    return node


def an_answer_with_a_complaint_is_not_the_whole():
    """Much of it, so that reg.exe would wait for ever where nobody reads it."""
    with place() as here:
        whole, _ = here.over_ssh(here.node("whole"))
        snapshot, witness = here.over_ssh(complaining(
            here.node(), "printf 'No entry:\\r\\n\\303\\251 ' >&2; head -c 300000 /dev/zero | tr '\\0' x >&2"))
        for probe, frames in peer.frames(witness["output"].encode("latin-1")).items():
            for status, _, asks in frames:
                if probe not in ("identity", "metabase"):
                    expect_equal(status, "ok", probe)
                    expect(asks[-1].startswith("#partial reg query") and 'No entry: ' in asks[-1] and len(asks[-1]) < 500,
                           f"{probe}: {asks}")
        for path, value in snapshot["facts"].items():
            expect_equal(value, whole["facts"][path], path)
        for name in ("exists", "name"):
            expect(any(path.startswith("dcom/app/") and path.endswith("/" + name) for path in snapshot["facts"]),
                   f"nothing of what it says is believed: {sorted(snapshot['facts'])}")
        covered = [cover["prefix"] for cover in snapshot["coverage"] if "why" not in cover]
        expect(not [path for path in covered if path.startswith("dcom/")], f"covered all the same: {covered}")
        expect([path for path in (cover["prefix"] for cover in whole["coverage"] if "why" not in cover)
                if path.startswith("dcom/")], "a whole answer covers nothing")


def a_key_that_may_not_be_read_is_named_with_what_reg_says():
    with place() as here:
        node = complaining(here.node(), f"[ \"$2\" != '{OLE}' ] || {{ echo 'ERROR: Access is denied.' >&2; exit 1; }}\n"
                           f"[ \"$2\" != '{OLE.rpartition(chr(92))[0]}' ] || "
                           f"{{ printf '\\r\\n%s\\r\\n' '{OLE.upper()}'; exit 0; }}")
        snapshot, witness = here.over_ssh(node)
        ((status, _, asks),) = peer.frames(witness["output"].encode("latin-1"))["dcom_machine"]
        expect_equal(status, "ok", "the names beside it")
        expect_equal(asks[-1], f'#partial reg query "{OLE}" /s ended with code 1 and said "ERROR: Access is denied."',
                     "why it is not known")
        reasons = {cover["why"] for cover in snapshot["coverage"] if cover["prefix"].startswith("dcom/machine")}
        expect(reasons and all("Access is denied" in why for why in reasons), f"reasons: {reasons}")


def fingerprints_are_those_of_the_run_s_key():
    """Through ssh: the key is drawn by standby."""
    with place() as here:
        _, witness = here.over_ssh(here.node(), world=peer.world(NAME))
        output = witness["output"].encode("latin-1")
        key = bytes.fromhex(witness["key"])
        wanted = {f"iis/pool/{name}": fingerprint(text, key) for name, text in HARD.items()}
        for name in (PLACE, "iis/wam"):
            wanted[name] = fingerprint(HARD["umlauts"], key)
        expect_equal(peer.said(output), wanted, "passwords")
        _, witness = here.over_ssh(here.node("other"), "--no-secrets", world=peer.world(NAME))
        expect_equal(witness["key"], "", "the key of a run without secrets")
        for name, password in peer.said(witness["output"].encode("latin-1")).items():
            expect(password in (None, "empty"), f"{name} without a key: {password}")


def fingerprints_are_the_same_on_each_iis():
    with place() as here:
        for iis in (6, 10):
            code, output = here.node(f"iis{iis}", iis=iis).run(here.sent, here.sent.input(peer.world(NAME)))
            expect_equal(code, 0, "the exit code")
            found = peer.said(output)
            expect_equal({name: found.get(f"iis/pool/{name}") for name in HARD},
                         {name: fingerprint(text) for name, text in HARD.items()}, f"IIS {iis}")
            expect_equal(found[PLACE], fingerprint(HARD["umlauts"]), f"IIS {iis}")
            accounts = peer.identity(output)["accounts"]
            expect_equal(sorted(accounts)[:2], [".\\Administrator", ".\\IUSR_X"], "accounts")


def a_logon_is_tried_only_where_there_is_room():
    with place() as here:
        for lockout, wanted in ((0, "the logon could not be attempted"),
                                (1, "the account is locked after 1 bad passwords and had 0")):
            node = here.node(f"lockout{lockout}", iis=10)
            _, output = node.run(here.sent, here.sent.input(
                peer.world(NAME, {"own": "Synthetic-1-a9"}, lockout), check_logon=True))
            logon = peer.identity(output)["logon"]
            # Here is no LogonUser: what was tried ended in an error.
            expect_equal(logon[".\\IUSR_X"], {"state": "not-tried", "why": wanted}, "its own account")
            expect("domain" in logon["EXAMPLE\\own"]["why"], f"a domain's: {logon}")
        node = here.node("empty", iis=10)
        _, output = node.run(here.sent, here.sent.input(peer.world(NAME, {"own": ""}), check_logon=True))
        expect_equal(peer.identity(output)["logon"]["EXAMPLE\\own"],
                     {"state": "not-tried", "why": "no password of the account is configured here that can be read"},
                     "no password")
        _, output = here.node("unasked", iis=10).run(here.sent, here.sent.input(peer.world(NAME)))
        expect("logon" not in peer.identity(output), "a logon that nobody asked for")


# What stands in applicationHost.config, and what is then said of the place of its own.
SAID = {
    "usual": ({}, {"user": "IUSR_X", "password": fingerprint("Synthetic-1-a9"), "logon-method": "network",
                   "enabled": True}),
    "inherited": ({"own": 'enabled="false"', "top": 'userName="TOP" password="P&#xE4;ss&quot;&amp;"'},
                  {"user": "TOP", "password": fingerprint("P\u00e4ss\"&"), "logon-method": "cleartext",
                   "enabled": False}),
    "nothing": ({"own": "", "top": ""},
                {"user": "IUSR", "password": "empty", "logon-method": "cleartext", "enabled": True}),
    "locked": ({"own": 'password="Synthetic-1-a9" lockAttributes="userName"', "location": 'overrideMode="Deny"'},
               {"user": "IUSR", "password": fingerprint("Synthetic-1-a9"), "logon-method": "cleartext",
                "enabled": True}),
    "encrypted": ({"own": 'password="[enc:AesProvider:AbC/d=:enc]"'},
                  {"user": "IUSR", "password": "unreadable", "logon-method": "cleartext", "enabled": True}),
    "encrypted-empty": ({"own": 'password="[enc:AesProvider::enc]"'},
                        {"user": "IUSR", "password": "empty", "logon-method": "cleartext", "enabled": True}),
}
OTHER_SITE = '<site name="Other" id="2"><application path="/"><virtualDirectory path="/" /></application></site>'
NOTHING = peer.nested("<anonymousAuthentication />") + "</location>"
# Another file or setting may have a say, or the file is not what it should be.
UNSAID = {
    "delegated": {"declared": 'overrideModeDefault="Allow"'},
    "delegated-by-default": {"declared": ""},
    "delegated-here": {"location": 'overrideMode="Allow"'},
    "delegated-as-of-old": {"location": 'allowOverride="true"'},
    "delegated-above": {"more": '<location path="Default Web Site" overrideMode="Allow">' + NOTHING},
    "not-inherited": {"location": 'inheritInChildApplications="false"'},
    "elsewhere": {"more": '<x configSource="other.config" />'},
    "elsewhere-itself": {"own": 'configSource="other.config"'},
    "pools-elsewhere": {"pools": '<add name="a" childSource="x" />'},
    "encrypted-section": {"more": '<x configProtectionProvider="X" />'},
    "encrypted-content": {"more": '<x><EncryptedData xmlns="y" /></x>'},
    "unknown": {"own": 'userName="x" domain="y"'},
    "with-children": {"own": 'userName="x"><y /></anonymousAuthentication><z'},
    "in-another-case": {"own": 'username="x"'},
    "twice": {"more": '<location path="DEFAULT WEB SITE/Conferencing/">' + NOTHING},
    "cleared": {"sites": "<clear />"},
    "applications-elsewhere": {"sites": OTHER_SITE, "more": '<location path="x"><system.applicationHost /></location>'},
    "dtd": {"head": '<!DOCTYPE configuration [<!ENTITY a "b">]>'},
    "not-whole": {"more": "<location>"},
}


def said_of(here, files):
    """What identity.json has as credentials for each of {name: {file of IIS: content}}, from one run of
    the engine: $system names another folder for each."""
    node = here.node("host", iis=10)
    for name, contents in files.items():
        (node.folder / f"{name}\\reg.exe").symlink_to("bin/reg.exe")
        for file, content in contents.items():
            node.put(f"{name}\\inetsrv\\config\\{file}", content)
    script = here.sent.script
    part = script.index("Invoke-Part 'identity' {")
    block = script[part:script.index("\n}\n\nInvoke-Part", part) + 3].removeprefix("Invoke-Part 'identity' ")
    head = script[:script.index("Invoke-Part 'computer_name'")]
    places = ", ".join(f"'{node.folder}/{name}'" for name in files)
    here.sent.script = (f"{head}$identity = {block}\nforeach ($system in {places}) "
                        "{ Invoke-Part 'identity' $identity }\n"
                        "[Console]::Out.Write('#end ' + $state.frames + \"`n\")\n")
    _, output = node.run(here.sent, here.sent.input())
    found = [json.loads(content)["credentials"] for _, content, _ in peer.frames(output)["identity"]]
    return dict(zip(files, found, strict=True))


def the_file_of_iis_says_what_nothing_else_can_change():
    pools = "".join(f'<add name="{name}"><processModel {words} /></add>' for name, words in (
        ("own", 'identityType="SpecificUser" userName="EXAMPLE\\own" password="Synthetic-1-a9"'),
        ("half", 'identityType="SpecificUser" userName="EXAMPLE\\half"'), ("other", 'userName="x"'),
        ("service", 'identityType="NetworkService" userName="x" password="y"')))
    files = {name: {HOST_FILE: peer.host_configuration(**changed)} for name, (changed, _) in SAID.items()}
    files["pools"] = {HOST_FILE: peer.host_configuration(pools=pools)}
    for words in ('enabled="false"', ""):
        files["redirection" + words[-7:-1]] = {HOST_FILE: peer.host_configuration(), REDIRECTION: redirection(words)}
    with place() as here:
        found = said_of(here, files)
    for name, (_, wanted) in SAID.items():
        expect_equal(found[name], {PLACE: wanted}, name)
    expect_equal({place: credential["password"] for place, credential in found["pools"].items() if "pool" in place},
                 {"iis/pool/own": fingerprint("Synthetic-1-a9"), "iis/pool/half": "empty"}, "pools")
    for name in files:
        expect(PLACE in found[name], f"{name}: {found[name]}")


def redirection(words):
    return f"<configuration><configurationRedirection {words} /></configuration>".encode()


def the_file_of_iis_says_nothing_that_something_else_may_change():
    files = {name: {HOST_FILE: peer.host_configuration(**changed)} for name, changed in UNSAID.items()}
    for name, words in (("redirected", 'enabled="true" path="\\\\a\\b"'), ("damaged-redirection", "<")):
        files[name] = {HOST_FILE: peer.host_configuration(), REDIRECTION: redirection(words)}
    with place() as here:
        for name, credentials in said_of(here, files).items():
            expect_equal(credentials, {}, name)


def what_does_not_parse_is_answered_and_what_is_not_allowed_is_no_powershell():
    with place() as here:
        node = here.node()
        code, output = node.run(here.sent, stand_in_shell.base64.b64encode(b"if (") + b"\n")
        expect_equal(code, 3, "the exit code")
        expect_equal([status for status, _, _ in peer.frames(output)["bootstrap"]], ["error"], "the answer")
        confined = "$ExecutionContext.SessionState.LanguageMode='ConstrainedLanguage';" + here.sent.bootstrap
        encoded = stand_in_shell.base64.b64encode(confined.encode("utf-16-le")).decode()
        code, output = node.run(here.sent, here.sent.input(), " ".join(
            [*here.sent.line.split()[:-1], encoded]))
        expect(code != 0 and not output, f"a confined PowerShell: {code}, {output}")


def the_kit_brings_back_what_files_reads():
    with place() as here:
        node = here.node(iis=10)
        kit = here.folder / "kit"
        subprocess.run([peer.STANDBY, "kit", kit, "-i", here.inventory], check=True, capture_output=True)
        key = bytes.fromhex((kit / "key.txt").read_text().strip())
        node.put(f"\\System32\\inetsrv\\config\\{HOST_FILE}", peer.host_configuration())
        code, output = node.run(here.sent, b"", f"powershell.exe -NoProfile -File '{kit}/collect.ps1'")
        expect(code == 0 and b"Done." in output, f"collect.ps1: {code}, {output}")
        code, _ = node.run(here.sent, b"", f"powershell.exe -NoProfile -File '{kit}/collect.ps1'")
        expect_equal(code, 1, "a second run, which would overwrite")
        (back,) = [path for path in kit.iterdir() if path.is_dir()]
        snapshot = here.collect("read", {"name": NAME, "files": str(back)})
        expect_equal(snapshot["facts"].get(f"{PLACE}/password"), fingerprint("Synthetic-1-a9", key), "what files reads")
        # Values are read one key at a time, and the answer says that it is whole.
        expect_equal(snapshot["facts"].get("os/version"), "5.2.3790", "what files reads")
        expect({"prefix": "os/service-pack", "state": "read"} in snapshot["coverage"], f"{snapshot['coverage']}")


def what_the_kit_could_not_read_whole_does_not_claim_to_be():
    with place() as here:
        for commands, written in (("echo 'No entry' >&2", True), ("echo 'No entry' >&2; exit 1", False),
                                  ("exit 0", False)):
            node = complaining(here.node(f"node{len(commands)}"), commands)
            kit = here.folder / f"kit{len(commands)}"
            subprocess.run([peer.STANDBY, "kit", kit], check=True, capture_output=True)
            code, output = node.run(here.sent, b"", f"powershell.exe -NoProfile -File '{kit}/collect.ps1'")
            expect(code == 0, f"collect.ps1 where reg.exe does {commands}: {code}, {output}")
            texts = [path.read_bytes() for path in kit.rglob("windows.txt")]
            expect_equal([b"5.2" in text and b"#asked" not in text for text in texts], [True] * written, commands)


TESTS = [both_shells_give_whole_frames_and_the_facts_of_the_node,
         where_nothing_is_of_windows_each_probe_says_why,
         an_answer_with_a_complaint_is_not_the_whole,
         a_key_that_may_not_be_read_is_named_with_what_reg_says,
         fingerprints_are_those_of_the_run_s_key,
         fingerprints_are_the_same_on_each_iis,
         a_logon_is_tried_only_where_there_is_room,
         the_file_of_iis_says_what_nothing_else_can_change,
         the_file_of_iis_says_nothing_that_something_else_may_change,
         what_does_not_parse_is_answered_and_what_is_not_allowed_is_no_powershell,
         the_kit_brings_back_what_files_reads,
         what_the_kit_could_not_read_whole_does_not_claim_to_be]

if __name__ == "__main__":
    ENGINE = peer.engine()
    if not SSHD or not SSH:
        peer.skip("sshd or ssh is not installed")
    sys.exit(windows.run_tests(TESTS))
