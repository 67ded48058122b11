#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""standby over ssh, against the command shell and the reg.exe of Wine: an English pair with seeded
differences, a German node equal to the first, and one whose reg.exe prints nothing and exits with
0. None of them has a PowerShell that answers."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import generate  # noqa: E402
import windows   # noqa: E402

STANDBY = os.environ.get("STANDBY", str(windows.TOP / "standby"))
APP, CLASS = generate.CONFERENCING_APP, generate.CONFERENCING_CLASS
CONTROL = generate.HKLM + r"SYSTEM\CurrentControlSet\Control"
SETUP = generate.HKLM + r"SOFTWARE\Microsoft\InetStp"
# What probes ask, as a person would export it.
EXPORTED = (generate.OLE, generate.MSV1_0, generate.WINDOWS_NT, SETUP, CONTROL + r"\ComputerName",
            f"{generate.CLASSES}\\AppID\\{APP}", f"{generate.CLASSES}\\CLSID\\{CLASS}")
INTERACTIVE, SYSTEM = generate.INTERACTIVE, generate.SYSTEM
ADMINISTRATORS, USERS = generate.ADMINISTRATORS, generate.DISTRIBUTED_COM_USERS
ALL, LOCAL, ACCESS = generate.LAUNCH_ALL, generate.LAUNCH_LOCAL, generate.ACCESS_ALL
TIMES = ("collected",)
SOURCES = {"one": "CONF1", "two": "CONF2", "german": "CONF3", "mute": "CONF4"}

# Beside what is read: what readers of real output meet in such keys.
ODD_VALUES = (
    '"Odd list"=hex(7):61,00,62,00,00,00,63,00,64,00,00,00,00,00',
    '"Odd expand"=hex(2):25,00,61,00,25,00,00,00',
    '"Odd number"=hex(b):01,00,00,00,02,00,00,00', '"Odd none"=hex(0):', '"Odd empty"=hex:',
    '"Odd    REG_SZ    name"="x"', '"Odd text"="  two  REG_DWORD    0x1  "',
    '"(Odd)"="brackets"', '"Odd quotes"="a \\"b\\" c\\\\"',
    '"Odd lines"=hex(1):61,00,0d,00,0a,00,62,00,00,00')


def descriptor(*entries):
    return generate.descriptor((ADMINISTRATORS, ALL), *entries)


# Two characters that code page 850 has, and 437 has not.
GERMAN_NAME = "Microsoft Windows Server 2003 \u00a9 Stra\u00dfe \u00d8"


def seed(limit=USERS, launcher=INTERACTIVE, run_as=None, package="IISSUBA", with_class=True,
         system="Microsoft Windows Server 2003"):
    """The registry of a node; what is left out is as on the first one."""
    app = {"": "Konferenz-Büro für Größen", "LocalService": "MSExchangeConf",
           "LaunchPermission": descriptor((SYSTEM, ALL), (launcher, ALL)),
           "AccessPermission": generate.descriptor((SYSTEM, ACCESS), (INTERACTIVE, ACCESS))}
    if run_as:
        app["RunAs"] = run_as
    keys = [
        (generate.OLE, {
            "EnableDCOM": "Y", "LegacyAuthenticationLevel": 2, "LegacyImpersonationLevel": 2,
            "DefaultLaunchPermission": descriptor((SYSTEM, ALL), (INTERACTIVE, ALL)),
            "MachineLaunchRestriction": descriptor((limit, ALL), (generate.EVERYONE, LOCAL)),
            "MachineAccessRestriction": generate.descriptor(
                (generate.EVERYONE, ACCESS), (generate.ANONYMOUS, ACCESS))}),
        (generate.OLE + r"\AppCompat", {"RequireIntegrityActivationAuthenticationLevel": 1}),
        (f"{generate.CLASSES}\\AppID\\{APP}", app),
        (generate.MSV1_0, {"NtlmMinClientSec": 0, "NtlmMinServerSec": 0x20080030,
                           **({"Auth132": package} if package else {})}),
        (CONTROL + r"\Lsa", {"restrictanonymous": 1, "LmCompatibilityLevel": 3}),
        (SETUP, {"MajorVersion": 6, "MinorVersion": 0}),
        (generate.WINDOWS_NT, {
            "ProductName": system, "CurrentVersion": "5.2",
            "CurrentBuildNumber": "3790", "CSDVersion": "Service Pack 2"}),
    ]
    if with_class:
        keys.append((f"{generate.CLASSES}\\CLSID\\{CLASS}",
                     {"": "Conference Manager", "AppID": APP}))
    odd = "\r\n".join(["Windows Registry Editor Version 5.00", "",
                       f"[{generate.CLASSES}\\AppID\\{APP}]", *ODD_VALUES, ""])
    return [generate.reg_export(*keys), odd.encode("utf-16")]


# What the second node has that the first has not, by the rules that must tell.
SEEDED = {
    "seed": {"limit": generate.INTERACTIVE, "launcher": generate.EVERYONE,
             "run_as": "Interactive User", "package": None, "with_class": False},
    "rules": {"dcom_machine_limits_same", "dcom_app_launch_same", "dcom_app_identity_same",
              "subauthentication_same", "dcom_class_registered"},
}


def wanted():
    metabase = {"windows/system32/inetsrv/MetaBase.xml":
                generate.healthy_pair()["CONF1"]["MetaBase.xml"]}
    same = {"seed": seed(), "files": metabase}
    return {"CONF1": same, "CONF2": dict(same, seed=seed(**SEEDED["seed"])),
            "CONF3": dict(same, seed=seed(system=GERMAN_NAME), locale="de_DE.UTF-8"),
            "CONF4": dict(same, mute=("reg.exe",))}


class World:
    """The nodes, and standby beside them."""

    def __init__(self, folder, nodes, temporary):
        self.folder, self.nodes, self.temporary = folder, nodes, temporary
        self.cache = {}
        self.files = {name: node.listing() for name, node in nodes.items()}

    def inventory(self, name, source, cluster, others):
        """The first node with each of the others; `source` gives what names the node's source."""
        members = [("CONF1", "primary"), *((other, "backup") for other in others)]
        document = {"version": 1, "clusters": [{
            "name": cluster, "applications": [APP], "classes": [CLASS],
            "locations": ["1/ROOT/conferencing"], "calls": [],
            "nodes": [dict({"name": node, "role": role}, **source(node))
                      for node, role in members]}]}
        path = self.temporary / (name + ".json")
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def over_ssh(self, *others):
        return self.inventory("ssh-" + "-".join(others), lambda node: {
            "ssh": self.nodes[node].address, "identity-file": str(self.folder / "user_key")},
            "live", others)

    def standby(self, *arguments):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"),
               "TMPDIR": str(self.temporary)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        done = subprocess.run([STANDBY, *map(str, arguments)], env=env, capture_output=True,
                              timeout=240, stdin=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1, 2):
            raise AssertionError(f"standby {arguments[0]}: {done.returncode}: {done.stderr}")
        return done

    def check(self, inventory, *more):
        """(report, bytes of it); each inventory is checked once."""
        key = (inventory, more)
        if key not in self.cache:
            output = self.standby("check", "-f", "json", "-i", inventory, *more).stdout
            self.cache[key] = (json.loads(output)["clusters"][0]["findings"], output)
        return self.cache[key]

    def collect(self, name, inventory):
        """Snapshots by node."""
        folder = self.temporary / name
        if not folder.exists():
            self.standby("collect", "-i", inventory, "-o", folder)
        return {path.stem: json.loads(path.read_text(encoding="utf-8"))
                for path in folder.glob("*.json")}


def rules_with(findings, verdict):
    return {finding["rule"] for finding in findings if finding["verdict"] == verdict}


def expect_equal(actual, expected, what):
    if actual == expected:
        return
    if isinstance(actual, dict) and isinstance(expected, dict):
        names = sorted(name for name in set(actual) | set(expected)
                       if actual.get(name) != expected.get(name))
        raise AssertionError(f"{what} differ:\n" + "\n".join(
            f"{name}: {actual.get(name)!r}, not {expected.get(name)!r}" for name in names))
    raise AssertionError(f"{what}: {actual!r}, not {expected!r}")


def whole_pair(world):
    return world.over_ssh("CONF2")


# --- the tests ----------------------------------------------------------------------------------

def the_peers_are_what_the_other_tests_take_them_for(world):
    for name, node in world.nodes.items():
        expect_equal(node.ssh("echo %COMPUTERNAME%")[1].strip(), name.encode(), "names")
        expect_equal(node.ssh("powershell.exe -NoProfile"), (0, b""), "PowerShell's answers")
    query = f'reg query "{generate.CLASSES}\\AppID\\{APP}"'
    expect_equal(world.nodes["CONF4"].ssh(query), (0, b""), "the mute node's answer")
    german = world.nodes["CONF3"].ssh(query)[1]
    if b"    (Standard)    REG_SZ    Konferenz-B\x81ro" not in german:
        raise AssertionError(f"the German node does not speak German: {german[:300]!r}")


def check_finds_exactly_the_seeded_differences(world):
    findings, _ = world.check(whole_pair(world))
    expect_equal(rules_with(findings, "broken"), SEEDED["rules"], "broken rules")


def the_code_page_is_that_of_the_language(world):
    """There is no console, so that chcp names none; the registry does."""
    for name, page in (("CONF1", b"437"), ("CONF3", b"850")):
        expect_equal(world.nodes[name].ssh("chcp")[1].split()[-1], b"0", "what chcp says")
        code_pages = CONTROL + r"\Nls\CodePage"
        said = world.nodes[name].ssh(f'reg query "{code_pages}" /v OEMCP')[1]
        expect_equal(said.split()[-3:], [b"OEMCP", b"REG_SZ", page], "what the registry says")


def a_program_in_the_path_is_found_without_running_it(world):
    command = "for %i in (NAME) do @echo [%~$PATH:i]"
    for name, path in (("reg.exe", rb"[c:\windows\system32\reg.exe]"), ("nobodys.exe", b"[]")):
        said = world.nodes["CONF3"].ssh(command.replace("NAME", name))[1].strip()
        expect_equal(said.lower(), path, name)


def facts_are_those_of_an_export_read_by_files(world):
    live = world.collect("live", whole_pair(world))
    for name in ("CONF1", "CONF2"):
        folder = world.temporary / "exported" / name
        folder.mkdir(parents=True)
        for index, key in enumerate(EXPORTED):
            content = world.nodes[name].reg_export(key)
            if content:
                (folder / f"{index}.reg").write_bytes(content)
        (folder / "MetaBase.xml").write_bytes(
            world.nodes[name].drive("windows/system32/inetsrv/MetaBase.xml").read_bytes())
    read = world.collect("read", world.inventory(
        "files", lambda node: {"files": f"exported/{node}"}, "live", ["CONF2"]))
    for name in ("CONF1", "CONF2"):
        expect_equal(live[name]["facts"], read[name]["facts"], f"facts of {name}")
    if len(live["CONF1"]["facts"]) < 25:
        raise AssertionError(f"too few facts: {sorted(live['CONF1']['facts'])}")


def without_powershell_the_command_shell_is_asked(world):
    folder = world.temporary / "recorded"
    recorded_report(world)
    for name in ("CONF1", "CONF2"):
        recording = json.loads((folder / name / "recording.json").read_text(encoding="utf-8"))
        dialects = {reply["dialect"] for reply in recording["replies"]}
        expect_equal(dialects, {"cmd"}, f"dialects of {name}")


def an_exit_code_of_0_with_nothing_printed_is_unknown_and_never_the_same(world):
    findings, _ = world.check(world.over_ssh("CONF4"))
    told = {finding["rule"]: finding["verdict"] for finding in findings
            if finding["rule"].startswith(("dcom_", "os_", "subauthentication_same"))
            and "CONF4" in finding["nodes"]}
    if len(told) < 8 or set(told.values()) != {"unknown"}:
        raise AssertionError(f"verdicts over a mute reg.exe: {told}")


def a_german_node_agrees(world):
    findings, _ = world.check(world.over_ssh("CONF3"))
    expect_equal(rules_with(findings, "broken"), set(), "broken rules")
    if not SEEDED["rules"] <= rules_with(findings, "kept"):
        raise AssertionError(f"not kept: {SEEDED['rules'] - rules_with(findings, 'kept')}")
    snapshots = world.collect("german", world.over_ssh("CONF3"))
    facts = {name: dict(snapshots[name]["facts"]) for name in ("CONF1", "CONF3")}
    for name, own in facts.items():
        expect_equal(own.pop("node/name"), name, "the name")
    del facts["CONF1"]["os/name"]
    expect_equal(facts["CONF3"].pop("os/name"), GERMAN_NAME, "the name of the German Windows")
    expect_equal(facts["CONF3"], facts["CONF1"], "facts")
    expect_equal(facts["CONF3"][f"dcom/app/{APP}/name"], "Konferenz-Büro für Größen", "the name")


def two_runs_give_the_same_snapshots(world):
    runs = [world.collect(name, whole_pair(world)) for name in ("live", "again")]
    for snapshots in runs:
        for snapshot in snapshots.values():
            for member in TIMES:
                snapshot.pop(member, None)
    for name in runs[0]:
        expect_equal(runs[1][name], runs[0][name], f"snapshots of {name}")


def recorded_report(world):
    """With a node of which nearly nothing could be had."""
    return world.check(world.over_ssh("CONF2", "CONF4"), "--record", world.temporary / "recorded")


def a_recording_gives_the_same_report(world):
    findings, _ = recorded_report(world)
    replayed, _ = world.check(world.inventory(
        "replay", lambda node: {"replay": f"recorded/{node}"}, "live", ["CONF2", "CONF4"]))
    expect_equal(replayed, findings, "findings")


def a_change_on_a_node_shows_in_the_next_run(world):
    """From here on the second node has another service pack."""
    world.nodes["CONF2"].import_reg(generate.reg_export(
        (generate.WINDOWS_NT, {"CSDVersion": "Service Pack 1"})))
    findings, _ = world.check(whole_pair(world), "--rule", "os_version_same")
    expect_equal(rules_with(findings, "broken"), {"os_version_same"}, "broken rules")
    if "CONF1 has 2, CONF2 has 1" not in findings[0]["message"]:
        raise AssertionError(findings[0]["message"])


def what_the_code_page_lacks_is_unknown_and_never_the_same(world):
    """reg.exe prints both accounts as EXAMPLE\\??????; from here on the nodes have them."""
    for name, account in (("CONF1", "\u0418\u0432\u0430\u043d\u043e\u0432"),
                          ("CONF2", "\u041f\u0435\u0442\u0440\u043e\u0432")):
        world.nodes[name].import_reg(generate.reg_export(
            (f"{generate.CLASSES}\\AppID\\{APP}", {"RunAs": "EXAMPLE\\" + account})))
    findings, _ = world.check(whole_pair(world), "--rule", "dcom_app_identity_same")
    expect_equal([finding["verdict"] for finding in findings], ["unknown"], "verdicts")
    if "code page" not in findings[0]["message"]:
        raise AssertionError(findings[0]["message"])


def nothing_is_left_behind(world):
    for name, node in world.nodes.items():
        expect_equal(node.listing() ^ world.files[name], set(), f"files of {name}")
    node = world.nodes["CONF1"]
    node.ssh("ver")
    settings = generate.HKLM + "SOFTWARE\\Microsoft"
    registry, running = node.reg_export(settings), node.processes()
    world.standby("check", "-f", "json", "-i", whole_pair(world))
    expect_equal(node.listing() ^ world.files["CONF1"], set(), "files")
    windows.wait_until(lambda: not node.processes() - running)
    expect_equal(node.processes() - running, set(), "processes that go on")
    if node.reg_export(settings) != registry:
        raise AssertionError("the registry is another one")


TESTS = [the_peers_are_what_the_other_tests_take_them_for,
         the_code_page_is_that_of_the_language,
         a_program_in_the_path_is_found_without_running_it,
         check_finds_exactly_the_seeded_differences,
         facts_are_those_of_an_export_read_by_files,
         without_powershell_the_command_shell_is_asked,
         an_exit_code_of_0_with_nothing_printed_is_unknown_and_never_the_same,
         a_german_node_agrees,
         two_runs_give_the_same_snapshots,
         a_recording_gives_the_same_report,
         nothing_is_left_behind,
         a_change_on_a_node_shows_in_the_next_run,
         what_the_code_page_lacks_is_unknown_and_never_the_same]


def main():
    windows.skip_unless_possible()
    with contextlib.ExitStack() as stack:
        folder, nodes = stack.enter_context(windows.nodes(**wanted()))
        temporary = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        return windows.run_tests(TESTS, World(folder, nodes, temporary))


if __name__ == "__main__":
    sys.exit(main())
