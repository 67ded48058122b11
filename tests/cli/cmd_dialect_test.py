#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The dialect of the plain command shell: the machine's real sshd, and behind it a stand-in for
cmd.exe of nodes without PowerShell. What they say in part is never taken for the whole.

cmd_dialect_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: STANDBY, the program. Exit code 0: all hold; 77: there is no sshd.
"""
import base64
import itertools
import json
import os
import sys
import tempfile
import threading
import traceback
from pathlib import Path

import stand_in_cmd
import stand_in_shell
from live_faults_test import CANARIES, make_keys, reasons_of, search, spellings
from live_world import CONFERENCING, NODES, PLACES, World, expected_of
from program import EXAMPLES
from sshd import SSHD

STAND_IN = Path(stand_in_cmd.__file__).resolve()
CHECKS = []
EXAMPLE = "conferencing-2003"
OLE = stand_in_shell.HKLM + "SOFTWARE\\Microsoft\\Ole"
DENIED = f"Error:  Access is denied in the key {OLE}\\AppCompat\r\n"
OTHER_APP = "{6B2F1D30-8A11-4C55-9E0D-2003C0FE0003}"


def check(function):
    CHECKS.append(function)
    return function


class Nodes(World):
    """Behind its servers is cmd.exe instead."""

    def __init__(self, folder, keys):
        super().__init__(folder, keys)
        (self.folder / "temp").mkdir()

    def server(self, nodes, *lines, command=None):
        path = self.folder / "nodes" / str(len(list((self.folder / "nodes").iterdir())))
        for node in nodes.values():
            node.setdefault("page", 850)
            node["temp"] = str(self.folder / "temp")
        command = command or f"exec /usr/bin/python3 -I -S {STAND_IN} {path}"
        return super().server(nodes, *lines, command=command)

    def in_temp(self):
        return list((self.folder / "temp").iterdir())

    def knows(self, inventory, name, node, *words):
        """(facts, {pattern: why it is unknown}) of a node."""
        out = self.folder / name
        run = self.run("collect", inventory, "-o", out, *words)
        assert run.code in (0, 2), run.errors
        snapshot = json.loads((out / f"{node}.json").read_text())
        return snapshot["facts"], {entry["prefix"]: entry["why"] for entry in snapshot["coverage"]
                                   if entry["state"] == "unknown"}

    def reasons(self, report):
        return {name: reasons_of(report["clusters"][0], name) for name in NODES}


def known(findings, part):
    """{rule: verdict} of the rules whose names begin so."""
    return {finding["rule"]: finding["verdict"] for finding in findings
            if finding["rule"].startswith(part)}


# --- whole ----------------------------------------------------------------------------------------

@check
def the_pair_is_judged_as_in_its_example(world):
    with world.pair(EXAMPLE, CONFERENCING) as inventory:
        run = world.check(inventory)
        assert run.code == 1, (run.code, run.errors)
        assert run.verdicts() == expected_of(EXAMPLE), \
            set(run.verdicts()) ^ set(expected_of(EXAMPLE))
    assert len(world.witnesses()) == 2, "each node runs one script"
    assert not world.in_temp()


def without_times(snapshot):
    for name in ("collected", "source", "artefacts"):
        snapshot.pop(name, None)
    snapshot["facts"] = {path: "a fingerprint" if value.startswith("hmac-") else value
                         for path, value in snapshot["facts"].items()}
    return snapshot


@check
def both_dialects_give_the_same_facts_and_coverage(world):
    with world.pair(EXAMPLE, CONFERENCING) as inventory:
        plain = world.collect(inventory, "plain")
    (world.folder / "other").mkdir()
    other = World(world.folder / "other", world.keys)
    with other.pair(EXAMPLE, CONFERENCING) as inventory:
        powershell = other.collect(inventory, "powershell")
    for name in NODES:
        assert len(plain[name]["facts"]) > 40
        assert without_times(plain[name]) == without_times(powershell[name]), name


@check
def each_page_is_decoded_and_none_is_guessed(world):
    key, text = stand_in_shell.simple_query(
        stand_in_shell.HKLM + "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
        ("", [("ProductName", "REG_SZ", "Windows \u0141\u00f3d\u017a"),
              ("CurrentVersion", "REG_SZ", "5.2"), ("CSDVersion", "REG_SZ", "Pakiet \u0142at"),
              ("CurrentBuildNumber", "REG_SZ", "3790")]))
    for page, chcp, good in ((852, "Strona: 852", True), (852, "Strona: 0", True),
                             (1250, "Strona: 1250", True), (852, "Strona: 932", False)):
        node = world.node(EXAMPLE, "CONF1", "x", chcp=chcp, page=page)
        for frame in node["frames"]:
            if frame[0] == "os_version":
                frame[1:] = [base64.b64encode(text.encode()).decode(), [key + "\\*"]]
        with world.server({"*": node}) as port:
            inventory = world.inventory([[world.live("CONF1", "127.0.0.1", port), {
                "name": "CONF2", "files": str(EXAMPLES / EXAMPLE / "CONF2")}]])
            facts, said = world.knows(inventory, f"page-{page}-{len(chcp)}-{good}", "CONF1")
        assert facts["os/version"] == "5.2.3790", "what is ASCII stays usable"
        assert (facts.get("os/name") == "Windows \u0141\u00f3d\u017a") is good, (chcp, facts)
        assert ("os/service-pack" in facts) is good
        assert good or "code page" in said["os/name"] and "code page" in said["os/service-pack"]


# --- in part --------------------------------------------------------------------------------------

@check
def what_stands_beside_an_error_is_not_the_whole(world):
    with world.pair(EXAMPLE, CONFERENCING, complaints=[[OLE, DENIED]]) as inventory:
        run = world.check(inventory, "--record", "recordings")
        facts, said = world.knows(inventory, "out", "CONF1")
    assert run.code == 1, (run.code, run.errors)
    judged = known(run.report["clusters"][0]["findings"], "dcom_machine")
    assert judged and set(judged.values()) == {"unknown"}, judged
    for name, reasons in world.reasons(run.report).items():
        assert any("so that there may be more than it printed: \"Error:  Access is denied in the key"
                   in reason for reason in reasons), (name, reasons)
    assert facts["dcom/machine/enabled"] == "Y", "what is printed holds"
    assert DENIED.strip() in said["dcom/machine/"], said
    others = dict(known(run.report["clusters"][0]["findings"], "dcom_app"),
                  **known(run.report["clusters"][0]["findings"], "anonymous"))
    assert "unknown" not in others.values(), others
    replayed = world.check(world.inventory([[
        {"name": name, "replay": f"recordings/{name}"} for name in NODES]]))
    assert replayed.verdicts() == run.verdicts()
    assert world.reasons(replayed.report) == world.reasons(run.report)


@check
def a_metabase_that_does_not_come_is_no_doubt_and_a_damaged_one_is(world):
    place = PLACES[0] + "/user"
    for number, (more, known_user) in enumerate((
            ({"codes": [["if exist", 5]]}, True), ({"damaged": b"Nanu?\r\n"}, False),
            ({"damaged": b"<?xml version=\"1.0\"?><configuration xmlns=\"urn:microsoft-catalog:"
                         b"XML_Metabase_V64_0\"><MBProperty>"}, False))):
        node = world.node(EXAMPLE, "CONF1", "x", **{key: value for key, value in more.items()
                                                    if key == "codes"})
        for frame in node["frames"]:
            if frame[0] == "metabase" and "damaged" in more:
                frame[1] = base64.b64encode(more["damaged"]).decode()
        other = {"name": "CONF2", "files": str(EXAMPLES / EXAMPLE / "CONF2")}
        with world.server({"*": node}) as port:
            facts, said = world.knows(
                world.inventory([[world.live("CONF1", "127.0.0.1", port), other]]),
                f"live-{number}", "CONF1", "--record", f"recordings-{number}")
        assert (place in facts) is known_user, (number, facts, said)
        replayed = world.knows(world.inventory([[
            {"name": "CONF1", "replay": f"recordings-{number}/CONF1"}, other]]),
            f"replay-{number}", "CONF1")
        assert replayed == (facts, said), f"{number}: a recording says something else"


@check
def an_error_behind_the_output_is_no_part_of_it(world):
    remark = [[OLE, "\r\nFEHLER: Zugriff verweigert\r\n"]]
    with world.pair(EXAMPLE, CONFERENCING, remarks=remark) as inventory:
        _, said = world.knows(inventory, "out", "CONF1")
    assert "behind the answer stands a text" in said["dcom/machine/"], said


@check
def an_answer_without_its_end_is_not_the_whole(world):
    """It ends at a line's end with code 0, as where a server closes and says nothing of the end."""
    with world.pair(EXAMPLE, CONFERENCING, cut=[[f'"{OLE}"', 3]]) as inventory:
        run = world.check(inventory, "--record", "recordings")
        facts, said = world.knows(inventory, "out", "CONF1")
    findings = run.report["clusters"][0]["findings"]
    judged = known(findings, "dcom_machine") | known(findings, "dcom_enabled")
    assert len(judged) > 2 and set(judged.values()) == {"unknown"}, judged
    assert not [path for path in facts if path.startswith("dcom/machine/")], facts
    assert f'reg query "{OLE}" /s ended with code 0, but without its end mark: it was cut off' in \
        said["dcom/machine/"], said
    replayed = world.check(world.inventory([[
        {"name": name, "replay": f"recordings/{name}"} for name in NODES]]))
    assert replayed.verdicts() == run.verdicts()
    assert world.reasons(replayed.report) == world.reasons(run.report)


@check
def no_recording_holds_an_end_mark(world):
    with world.pair(EXAMPLE, CONFERENCING) as inventory:
        world.check(inventory, "--record", "recordings")
    files = [path for path in (world.folder / "recordings").rglob("*") if path.is_file()]
    assert len(files) > 10 and not [path for path in files if b"#end" in path.read_bytes()], files


@check
def what_the_shell_itself_says_is_no_doubt(world):
    with world.pair(EXAMPLE, CONFERENCING, autorun="No such drive.\r\n") as inventory:
        run = world.check(inventory)
    assert run.verdicts() == expected_of(EXAMPLE)


@check
def a_script_that_complains_shows_not_what_it_said(world):
    canary = CANARIES[0]
    with world.pair(EXAMPLE, CONFERENCING, complaints=[["cscript", f"at {canary}\r\n"]]) as inventory:
        run = world.check(inventory, "--record", "recordings")
    findings = run.report["clusters"][0]["findings"]
    assert any("a text that is not shown" in reason for reasons in world.reasons(run.report).values()
               for reason in reasons), run.output.decode()
    assert set(known(findings, "account_exists").values()) <= {"unknown", "not-applicable"}, findings
    places = {"output": run.output, "messages": run.errors.encode(),
              **{str(path): path.read_bytes()
                 for path in (world.folder / "recordings").rglob("*") if path.is_file()}}
    assert not search([set(spellings(canary))], places)


@check
def one_application_of_several_that_fails_leaves_the_others_known(world):
    complaints, codes = [[OTHER_APP, "Zugriff verweigert\r\n"]], [[OTHER_APP, 255]]
    with world.pair(EXAMPLE, CONFERENCING, complaints=complaints, codes=codes) as inventory:
        document = json.loads(inventory.read_text())
        document["clusters"][0]["applications"].append(OTHER_APP)
        inventory.write_text(json.dumps(document))
        run = world.check(inventory)
        _, said = world.knows(inventory, "out", "CONF1")
    judged = {finding["subject"]: finding["verdict"]
              for finding in run.report["clusters"][0]["findings"]
              if finding["rule"] == "dcom_app_launch_same"}
    first = next(app for app in judged if app != OTHER_APP)
    assert judged[OTHER_APP] == "unknown" and judged[first] != "unknown", judged
    assert "ended with code 255 and said \"Zugriff verweigert\"" in \
        said[f"dcom/app/{OTHER_APP}/"], said


@check
def a_node_without_reg_says_what_to_do(world):
    with world.pair(EXAMPLE, CONFERENCING, reg=False) as inventory:
        run = world.check(inventory)
    for name, reasons in world.reasons(run.report).items():
        assert any("this node has no reg.exe" in reason and "regedit" in reason
                   for reason in reasons), (name, reasons)
    judged = known(run.report["clusters"][0]["findings"], "dcom_")
    assert judged and set(judged.values()) == {"unknown"}, judged


@check
def a_logon_check_that_cannot_be_made_is_said(world):
    with world.pair(EXAMPLE, CONFERENCING) as inventory:
        _, silent = world.knows(inventory, "silent", "CONF1")
        _, said = world.knows(inventory, "said", "CONF1", "--check-logon")
    assert not [path for path in silent if path.endswith("/logon")], silent
    assert "the logon was not tried: a stand-in" in said["account/.\\iusr_conf1/logon"], said


# --- what touches the disk ------------------------------------------------------------------------

class Observer(threading.Thread):
    """Every content that a file of the node's %TEMP% had."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.seen, self.over = world, set(), threading.Event()

    def run(self):
        while not self.over.wait(0.001):
            for path in self.world.in_temp():
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    pass

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


@check
def the_one_file_holds_one_line_and_is_removed(world):
    with world.pair(EXAMPLE, CONFERENCING) as inventory, Observer(world) as observer:
        for _ in range(5):
            world.check(inventory)
    assert observer.seen - {b""} == {stand_in_cmd.LINE.encode() + b"\r\n"}, observer.seen
    assert not world.in_temp()


@check
def a_shell_that_is_ended_leaves_one_line_and_no_secret(world):
    passwords = dict(zip(NODES, CANARIES))
    with world.pair(EXAMPLE, passwords, lost=True) as inventory:
        run = world.check(inventory, "--record", "recordings")
    left = world.in_temp()
    assert len(left) == 2, left
    assert {path.read_bytes() for path in left} == {stand_in_cmd.LINE.encode() + b"\r\n"}
    key = world.key().hex()
    places = {"output": run.output, "messages": run.errors.encode(),
              **{str(path): path.read_bytes() for path in world.folder.rglob("*")
                 if path.is_file() and "nodes" not in path.parts}}
    secrets = [set(spellings(canary)) for canary in (*CANARIES, key)]
    assert not search(secrets, places), search(secrets, places)
    judged = known(run.report["clusters"][0]["findings"], "anonymous_password_same")
    assert set(judged.values()) == {"unknown"}, judged
    for reasons in world.reasons(run.report).values():
        assert any("the script (run by cscript)" in reason for reason in reasons), reasons
    with world.pair(EXAMPLE, passwords) as inventory:
        world.check(inventory)
    assert world.in_temp() == left, "a run removes its own file and no other"


def main(wanted):
    if not SSHD:
        print("skipped: there is no sshd (package openssh-server)")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    failed, numbers = 0, itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="cmd-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")
        for function in CHECKS:
            name = function.__name__
            if wanted and not any(word in name for word in wanted):
                continue
            place = Path(folder) / name[:20]
            place.mkdir()
            result = "ok"
            try:
                function(Nodes(place, keys))
            except Exception:  # one check must not end the others
                result, failed = "not ok", failed + 1
                traceback.print_exc(file=sys.stdout)
            print(f"{result} {next(numbers)} - {name.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
