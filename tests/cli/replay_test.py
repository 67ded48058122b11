#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""check --record keeps what a node said, without its secrets; "replay" gives the same verdict again.

Environment: STANDBY, the program. Exit code 0: all hold; 77: python3-jsonschema is missing, and all
that does not need it holds.
"""
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOP = Path(__file__).resolve().parents[2]
EXAMPLE = TOP / "examples/conferencing-2003"
STANDBY = Path(os.environ.get("STANDBY", TOP / "standby")).resolve()
NODES = ("CONF1", "CONF2")
CANARIES = ("Kanari-Wellensittich", "Zeisig&Stieglitz", "N\u00e4chtigall7")
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def standby(folder, *arguments):
    done = subprocess.run([str(STANDBY), *map(str, arguments)], cwd=folder, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, env=dict(os.environ, TERM="dumb"))
    return done.returncode, done.stdout, done.stderr


def inventory_of(folder, source, name):
    """The example's inventory with its nodes in `folder`, each from its own `source`."""
    inventory = json.loads((EXAMPLE / "inventory.json").read_text())
    for node in inventory["clusters"][0]["nodes"]:
        del node["files"]
        node[source] = node["name"]
    path = Path(folder, name)
    path.write_text(json.dumps(inventory))
    return path


def recorded(folder):
    """(exit code, report) of a run that was recorded; recordings lie beside replay.json."""
    for node in NODES:
        shutil.copytree(EXAMPLE / node, Path(folder, "artefacts", node), dirs_exist_ok=True)
    live = inventory_of(Path(folder, "artefacts"), "files", "inventory.json")
    inventory = Path(folder, "recordings")
    code, report, errors = standby(folder, "check", "-i", live, "--record", inventory,
                                   "--format", "json")
    check(errors == b"", f"recording writes to standard error: {errors!r}")
    return code, report, inventory_of(inventory, "replay", "replay.json")


def snapshots(inventory, folder):
    standby("/", "collect", "-i", inventory, "-o", folder)
    found = {path.name: json.loads(path.read_text()) for path in Path(folder).glob("*.json")}
    for snapshot in found.values():
        del snapshot["source"]
    return found


def everything_below(folder):
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def findings(report):
    return [finding for cluster in json.loads(report)["clusters"]
            for finding in cluster["findings"]]


# --- tests --------------------------------------------------------------------------------------

def recording_changes_no_report(folder):
    plain = standby(EXAMPLE, "check", "-i", "inventory.json", "--format", "json")
    code, report, _ = recorded(folder)
    check((code, report) == plain[:2], "the report of a run that is recorded differs")


def replaying_gives_the_same_bytes(folder):
    code, report, replay = recorded(folder)
    for _ in range(2):
        again = standby(folder, "check", "-i", replay, "--format", "json")
        check(again == (code, report, b""), "the replay's report differs")
    first = snapshots(Path(folder, "artefacts/inventory.json"), Path(folder, "first"))
    second = snapshots(replay, Path(folder, "second"))
    check(first == second and len(first) == 2, "the replay's snapshots differ")


def a_recording_moves_to_another_place(folder):
    code, report, replay = recorded(folder)
    moved = Path(folder, "elsewhere")
    replay.parent.rename(moved)
    check(standby("/", "check", "-i", moved / replay.name, "--format", "json")[:2] ==
          (code, report), "the replay differs elsewhere")


def what_was_not_understood_or_damaged_replays_too(folder):
    for node in NODES:
        shutil.copytree(EXAMPLE / node, Path(folder, "artefacts", node))
    Path(folder, "artefacts/CONF1/notes.txt").write_text("nothing that is known")
    damaged = Path(folder, "artefacts/CONF2/MetaBase.xml")
    damaged.write_bytes(damaged.read_bytes()[:4000])
    code, report, replay = recorded_again(folder)
    check(b"notes.txt" in report and b"ends too early" in report, "the artefacts are not odd")
    check(standby(folder, "check", "-i", replay, "--format", "json")[:2] == (code, report),
          "the replay of odd artefacts differs")


def recorded_again(folder):
    live = inventory_of(Path(folder, "artefacts"), "files", "inventory.json")
    code, report, _ = standby(folder, "check", "-i", live, "--record", Path(folder, "recordings"),
                              "--format", "json")
    return code, report, inventory_of(Path(folder, "recordings"), "replay", "replay.json")


def a_node_that_was_not_reached_replays_so(folder):
    for node in NODES:
        shutil.copytree(EXAMPLE / node, Path(folder, "artefacts", node))
    shutil.rmtree(Path(folder, "artefacts/CONF2"))
    code, report, replay = recorded_again(folder)
    check(b"CONF2 was not reached" in report, "CONF2 was reached")
    check(standby(folder, "check", "-i", replay, "--format", "json")[:2] == (code, report),
          "the replay of an unreached node differs")


def spellings(canary):
    for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be"):
        form = canary.encode(encoding)
        yield form
        yield form.hex().encode()
        yield ",".join(f"{byte:02x}" for byte in form).encode()
        yield base64.b64encode(form)[:-4]
    yield canary.replace("&", "&amp;").encode()


def plant(folder):
    """Canaries in every place that holds secrets, in several encodings."""
    one, two, three = CANARIES
    winlogon = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
    wide = ",".join(f"{byte:02x}" for byte in (two + "\0").encode("utf-16-le"))
    reg = (f'Windows Registry Editor Version 5.00\r\n\r\n[{winlogon}]\r\n'
           f'"DefaultPassword"="{one}"\r\n"AltDefaultPassword"=hex(2):{wide}\r\n; {three}\r\n'
           f'"AutoAdminLogon"="1"\r\n\r\n')
    query = (f"\r\n{winlogon}\r\n    DefaultPassword    REG_SZ    {three}\r\n"
             f"    OldPasswd    REG_BINARY    {two.encode().hex().upper()}\r\n\r\n")
    Path(folder, "planted-1.reg").write_bytes(b"\xff\xfe" + reg.encode("utf-16-le"))
    Path(folder, "planted-2.reg").write_bytes(reg.encode("utf-8"))
    Path(folder, "planted-3.txt").write_bytes(query.encode("cp1252"))
    base = Path(folder, "MetaBase.xml")
    text = base.read_text(encoding="utf-8-sig")
    escaped = two.replace("&", "&amp;")
    text = text.replace('Location ="/LM/W3SVC"\n',
                        f'Location ="/LM/W3SVC"\n\t\tLogOdbcPassword="{escaped}"\n', 1)
    check(escaped in text, "the metabase has no place for a canary")
    base.write_bytes(b"\xff\xfe" + f"<!-- {one} -->\n{text}".replace(
        "<!-- " + one + ' -->\n<?xml version ="1.0"?>',
        f'<?xml version ="1.0"?>\n<!-- {one} -->').encode("utf-16-le"))


def no_secret_is_in_a_recording(folder):
    for node in NODES:
        shutil.copytree(EXAMPLE / node, Path(folder, "artefacts", node))
        plant(Path(folder, "artefacts", node))
    planted = b"".join(everything_below(Path(folder, "artefacts")).values())
    for canary in CANARIES:
        check(any(form in planted for form in spellings(canary)), f"{canary} was not planted")
    code, report, replay = recorded_again(folder)
    check(b"could not be blanked" not in report, "something could not be blanked")
    for path, content in everything_below(replay.parent).items():
        for canary in CANARIES:
            check(not any(form in content for form in spellings(canary)),
                  f"a secret in {path.relative_to(folder)}")
    statuses = {reply["status"] for node in NODES for reply in
                json.loads((replay.parent / node / "recording.json").read_text())["replies"]}
    check(statuses == {"ok"}, f"not all was recorded: {statuses}")
    check(standby(folder, "check", "-i", replay, "--format", "json")[:2] == (code, report),
          "the replay without secrets differs")


def a_file_that_was_changed_makes_the_node_unknown(folder):
    _, _, replay = recorded(folder)
    reply = next(replay.parent.glob("CONF1/*-MetaBase.xml"))
    reply.write_bytes(reply.read_bytes().replace(b"IUSR_CONF1", b"IUSR_CONF2"))
    code, report, _ = standby(folder, "check", "-i", replay, "--format", "json")
    reached = [finding for finding in findings(report) if finding["rule"] == "node_reached" and
               finding["verdict"] == "unknown"]
    check(code in (1, 2), f"exit code {code} with a changed file")
    check(len(reached) == 1 and "is not what was recorded" in reached[0]["message"],
          "the report does not say that a file was changed")


def a_recording_of_another_node_is_refused(folder):
    _, _, replay = recorded(folder)
    inventory = json.loads(replay.read_text())
    nodes = inventory["clusters"][0]["nodes"]
    nodes[0]["replay"], nodes[1]["replay"] = nodes[1]["replay"], nodes[0]["replay"]
    replay.write_text(json.dumps(inventory))
    code, _, errors = standby(folder, "check", "-i", replay)
    check(code == 69 and b"no node could be reached" in errors, "swapped recordings are accepted")


def a_recording_is_not_written_over(folder):
    recorded(folder)
    before = everything_below(Path(folder, "recordings"))
    code, report, _ = standby(folder, "check", "-i", Path(folder, "artefacts/inventory.json"),
                              "--record", Path(folder, "recordings"))
    check(b"stands there already" in report and code in (2, 69), "recorded twice")
    check(before == everything_below(Path(folder, "recordings")), "a recording was changed")


def recordings_are_private_and_valid(folder):
    _, _, replay = recorded(folder)
    for node in NODES:
        home = replay.parent / node
        check(home.stat().st_mode & 0o077 == 0, "others may look into a recording")
        content = (home / "recording.json").read_text()
        document = json.loads(content)
        check(content == json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
              "recording.json is not in canonical form")
        files = {reply["file"]: reply for reply in document["replies"] if "file" in reply}
        check(files.keys() | {"recording.json"} == {path.name for path in home.iterdir()},
              "files and replies do not match")
        for name, reply in files.items():
            data = (home / name).read_bytes()
            check(len(data) == reply["length"] and
                  hashlib.sha256(data).hexdigest() == reply["sha256"], f"{name}: length, SHA-256")
        if jsonschema:
            schema = json.loads((TOP / "collectors/recording.schema.json").read_text())
            validator = jsonschema.validators.validator_for(schema)(schema)
            for error in validator.iter_errors(document):
                check(False, f"recording.json: {error.json_path}: {error.message}")


def a_disk_without_room_is_said(folder):
    for node in NODES:
        shutil.copytree(EXAMPLE / node, Path(folder, "artefacts", node))
    live = inventory_of(Path(folder, "artefacts"), "files", "inventory.json")
    done = subprocess.run(["/bin/sh", "-c", 'ulimit -f 1; trap "" XFSZ; exec "$@"', "sh", STANDBY,
                           "check", "-i", live, "--record", Path(folder, "recordings")],
                          capture_output=True, check=False, stdin=subprocess.DEVNULL)
    check(b"it could not be recorded" in done.stdout, "nothing is said of a full disk")
    check(not any(Path(folder, "recordings").iterdir()), "a part of a recording is left")


TESTS = (
    recording_changes_no_report,
    replaying_gives_the_same_bytes,
    a_recording_moves_to_another_place,
    what_was_not_understood_or_damaged_replays_too,
    a_node_that_was_not_reached_replays_so,
    no_secret_is_in_a_recording,
    a_file_that_was_changed_makes_the_node_unknown,
    a_recording_of_another_node_is_refused,
    a_recording_is_not_written_over,
    recordings_are_private_and_valid,
    a_disk_without_room_is_said,
)


def main():
    for test in TESTS:
        before = len(problems)
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print(f"{'ok' if len(problems) == before else 'not ok'} {test.__name__}")
    for problem in problems:
        print(f"failed: {problem}")
    if problems:
        return 1
    if not jsonschema:
        print("skipped: python3-jsonschema is not installed")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
