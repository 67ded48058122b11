#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What a saved answer of reg query says, with the line behind it that tells what was asked: through
the program, as facts and coverage of a snapshot."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from program import Suite  # noqa: E402

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
ASKED = rf"#asked {KEY}\*"
VERSION, NAME, PACK = "os/version", "os/name", "os/service-pack"
VALUES = {"CurrentVersion": "5.2", "CurrentBuildNumber": "3790", "ProductName": "Windows Server 2003"}


def answer(last=ASKED, end="\r\n", **values):
    """What reg query prints, and the line behind it."""
    columns = [f"    {name}    REG_SZ    {data}" for name, data in {**VALUES, **values}.items()]
    return end.join(["", KEY, *columns, "", rf"{KEY}\Winlogon", *([last] if last else []), ""])


def read(suite, content):
    """The facts, and per path "read" or why it is not."""
    suite.read = getattr(suite, "read", 0) + 1
    folder = suite.folder / str(suite.read)
    for name in "NM":
        (folder / name).mkdir(parents=True)
    (folder / "N/windows.txt").write_bytes(content)
    (folder / "inventory.json").write_text(json.dumps({"version": 1, "clusters": [{
        "name": "c", "profile": "iis", "nodes": [
            {"name": "N", "role": "primary", "files": "N"}, {"name": "M", "role": "backup", "files": "M"}]}]}))
    suite.expect((0, 2), "collect", "-i", folder / "inventory.json", "-o", folder / "out")
    (path,) = (folder / "out").rglob("N.json")
    snapshot = json.loads(path.read_text())
    # Of two entries the one that is unknown decides.
    entries = sorted((entry for entry in snapshot["coverage"] if entry["prefix"].startswith("os/")),
                     key=lambda entry: entry["state"] == "unknown")
    known = {entry["prefix"]: entry.get("why") or entry["state"] for entry in entries}
    return snapshot["facts"], known


def is_known(suite, what, content, **facts):
    found, known = read(suite, content)
    suite.check([known.get(path) for path in (VERSION, NAME, PACK)] == ["read"] * 3, f"{what}: {known}")
    wanted = {VERSION: "5.2.3790", NAME: "Windows Server 2003", **facts}
    suite.check({path: found.get(path) for path in wanted} == wanted, f"{what}: {found}")
    suite.check((PACK in found) == (PACK in facts), f"{what}: a service pack in {found}")


def is_not_covered(suite, what, content):
    """What is not there may still be set."""
    found, known = read(suite, content)
    suite.check(PACK not in found and "obtain" in known.get(PACK, ""), f"{what}: {known}")
    return found


def is_damage(suite, what, content, why):
    found, known = read(suite, content)
    suite.check(not found, f"{what}: {found}")
    for path in (VERSION, NAME, PACK):
        suite.check("windows.txt: line " in known.get(path, "") and why in known[path], f"{what}: {known}")


def whole_answers(suite):
    is_known(suite, "CRLF", answer().encode())
    is_known(suite, "LF", answer(end="\n").encode())
    is_known(suite, "a trailing blank", answer(ASKED + " ").encode())
    is_known(suite, "a whole tree", answer(f"#asked {KEY}").encode())
    is_known(suite, "UTF-16", answer().encode("utf-16"))
    is_known(suite, "UTF-16, the higher byte first", b"\xfe\xff" + answer().encode("utf-16-be"))
    is_known(suite, "a service pack", answer(CSDVersion="Service Pack 2").encode(), **{PACK: "2"})
    is_known(suite, "umlauts in UTF-8", answer(RegisteredOwner="Büro").encode())
    umlauts = answer(RegisteredOwner="Büro").encode("cp850")
    is_known(suite, "umlauts in another value", umlauts)
    found, known = read(suite, answer(ProductName="Windows für Büros").encode("cp850"))
    suite.check(NAME not in found and "code page" in known.get(NAME, ""), f"umlauts in the name: {known}")
    suite.check(found.get(VERSION) == "5.2.3790" and known.get(PACK) == "read", f"beside umlauts: {found}")


def without_the_line(suite):
    found = is_not_covered(suite, "no line", answer(last=None).encode())
    suite.check(found.get(VERSION) == "5.2.3790", f"no line: {found}")
    is_not_covered(suite, "another key", answer(r"#asked HKEY_LOCAL_MACHINE\SOFTWARE\Other\*").encode())
    is_not_covered(suite, "the names beside the key", answer(f"#asked {KEY.rpartition(chr(92))[0]}\\*").encode())
    whole = answer(CSDVersion="Service Pack 2").encode()
    for length in range(len(whole)):
        found, known = read(suite, whole[:length]) if length % 23 == 0 or length > len(whole) - 12 else ({}, {})
        suite.check(PACK in found or known.get(PACK) != "read", f"cut at {length}: {known}")


def damages(suite):
    cut = answer(last=None).encode().removesuffix(b"on\r\n")
    is_damage(suite, "an answer that is cut", cut + ASKED.encode() + b"\r\n", "the output is cut here")
    is_damage(suite, "a line that is cut", answer().encode().removesuffix(b"\\*\r\n"), "the output is cut here")
    is_damage(suite, "two answers", answer().encode() * 2, "in the last line alone")
    is_damage(suite, "two lines", answer(f"{ASKED}\r\n{ASKED}").encode(), "in the last line alone")
    for words in ("", "everything", r"\*", f"{KEY}\\\\x", f"{KEY}\\ü", f"{KEY}\x01\\*", f"{KEY}\\*\\*\\"):
        is_damage(suite, f"the words {words!r}", answer(f"#asked {words}").encode(), "expected a key of the registry")


def a_person_reads_it(suite):
    path = suite.folder / "windows.txt"
    path.write_bytes(answer().encode())
    outcome = suite.expect(0, "decode", "registry", path)
    suite.check(b"5.2" in outcome.out and b"#asked" not in outcome.out, "decode", outcome)


def main():
    suite = Suite()
    whole_answers(suite)
    without_the_line(suite)
    damages(suite)
    a_person_reads_it(suite)
    suite.finish("saved answers")


if __name__ == "__main__":
    main()
