#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Whatever stands in a file: a code of the manual, a message that names the file, within 20 s and
600 MB, and never a guess.

A damaged artefact is an unknown with file and place; a damaged inventory or snapshot, or a file
that cannot be decoded, ends the program with 65.
"""
import json
import os
import re
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from program import EXAMPLES, SANITIZED, Suite  # noqa: E402

EXAMPLE = EXAMPLES / "conferencing-2003"
HEALTHY = EXAMPLES / "healthy-pair"
NODE = "CONF2"
PLACES = 12 if SANITIZED else 40
PLACE = re.compile(
    r"line \d+|byte (?:offset )?\d+|\d+:\d+|: /\S+: |is empty|larger than|not what its name says|"
    r"it is a|neither a file|more than|Permission denied|symbolic links|No such file")
DEEP = 100000
WIDE = 20 << 20
GIBIBYTE = 1 << 30

MARK = "REGEDIT4\r\n\r\n"
LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE configuration [<!ENTITY l0 "ha">""" + "".join(
    f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12)) + """]>
<configuration><MBProperty><IIsWebService Location="/LM/W3SVC" AnonymousUserName="&l11;"/>
</MBProperty></configuration>"""
QUADRATIC = """<?xml version="1.0"?><!DOCTYPE configuration [<!ENTITY a "%s">]>
<configuration><MBProperty><IIsWebService Location="/LM/W3SVC" AnonymousUserName="%s"/>
</MBProperty></configuration>""" % ("a" * 100000, "&a;" * 100000)
EXTERNAL = """<?xml version="1.0"?>
<!DOCTYPE configuration [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<configuration><MBProperty><IIsWebService Location="/LM/W3SVC" AnonymousUserName="&a;"/>
</MBProperty></configuration>"""


# --- judging what came ----------------------------------------------------------------------

def report_of(suite, outcome):
    try:
        return json.loads(outcome.out)["clusters"][0]["findings"]
    except (ValueError, KeyError, IndexError):
        suite.check(False, "the report is no JSON", outcome)
        return []


def unknowns(suite, outcome, name):
    """The messages of findings that are unknown and name the file."""
    return [finding["message"] for finding in report_of(suite, outcome)
            if finding["verdict"] == "unknown" and name in finding["message"]]


def is_named(suite, folder, name, what, code=2):
    """The check of this cluster says that it does not know, because of this file."""
    outcome = suite.expect(code, "check", "-i", folder / "inventory.json", "-f", "json")
    messages = unknowns(suite, outcome, name)
    suite.check(messages, f"{what}: no unknown names {name}", outcome)
    suite.check(not messages or any(PLACE.search(message) for message in messages),
                f"{what}: no place in: {messages[:1]}", outcome)
    return outcome


def is_refused(suite, path, what):
    """As inventory, as snapshot and for each kind of thing to decode."""
    name = path.name
    for words in (["check", "-i", path], ["inventory", "check", path], ["inventory", "show", path],
                  ["compare", "-i", HEALTHY / "inventory.json", path],
                  ["decode", "registry", path], ["decode", "metabase", path],
                  ["decode", "security-descriptor", path], ["decode", "sid", path]):
        outcome = suite.expect(65, *words, says=name)
        suite.check(len(outcome.err) < 2000, f"{what}: a very long message", outcome)


def spoil(suite, name, content):
    """A healthy pair in which a file of one node holds this."""
    folder = suite.copy("healthy-pair", "spoilt")
    (folder / NODE / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def artefacts():
    return sorted(path for path in (HEALTHY / NODE).iterdir() if path.is_file())


def sparse(path, head=b"", size=GIBIBYTE):
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(size)


# --- artefacts ------------------------------------------------------------------------------

def empty_artefacts(suite):
    for artefact in artefacts():
        if artefact.suffix in (".reg", ".xml", ".json"):
            is_named(suite, spoil(suite, artefact.name, b""), artefact.name, "empty")


def at_a_line_end(content, cut):
    """Cut so, a registry file may be whole."""
    head = content[:cut]
    if content.startswith(b"\xff\xfe"):
        return len(head) % 2 == 0 and head.endswith((b"\n\0", b"\r\0"))
    return head.endswith((b"\n", b"\r"))


def cut_artefacts(suite):
    for artefact in artefacts():
        content = artefact.read_bytes()
        for i in range(PLACES):
            cut = max(1, len(content) * i // PLACES + i % 3)
            folder = spoil(suite, artefact.name, content[:cut])
            what = f"{artefact.name} cut at {cut}"
            if artefact.suffix in (".xml", ".json") and cut < len(content.rstrip()):
                is_named(suite, folder, artefact.name, what)
            else:
                outcome = suite.expect((0, 1, 2), "check", "-i", folder / "inventory.json")
                if outcome.code == 0:
                    suite.check(at_a_line_end(content, cut), f"{what}: all kept", outcome)
                suite.run("decode", "registry", folder / NODE / artefact.name)


def cut_artefacts_of_a_broken_pair(suite):
    for artefact in sorted(path for path in (EXAMPLE / NODE).iterdir() if path.is_file()):
        content = artefact.read_bytes()
        for i in range(PLACES // 4):
            folder = suite.copy("conferencing-2003", "cut")
            (folder / NODE / artefact.name).write_bytes(content[:len(content) * i // 10])
            suite.expect((1, 2), "check", "-i", folder / "inventory.json", "-v")


def half_a_character_of_utf_16(suite):
    for artefact in artefacts():
        content = artefact.read_bytes()
        if content.startswith(b"\xff\xfe"):
            folder = spoil(suite, artefact.name, content[:len(content) // 4 * 2 + 1])
            is_named(suite, folder, artefact.name, "UTF-16 cut in half")
            suite.expect(65, "decode", "registry", folder / NODE / artefact.name,
                         says=artefact.name)


def gigabytes_of_zeros(suite):
    for name in ("registry.reg", "MetaBase.xml", "identity.json"):
        folder = suite.copy("healthy-pair", "zeros")
        (folder / NODE / name).unlink(missing_ok=True)
        sparse(folder / NODE / name)
        is_named(suite, folder, name, "a gigabyte of zeros")
    heads = {"registry.reg": MARK.encode(), "MetaBase.xml": b"<?xml version='1.0'?><configuration>"
             b"<MBProperty>", "identity.json": b'{"version":1,"computer":{},"accounts":'}
    for name, head in heads.items():
        folder = suite.copy("healthy-pair", "zeros")
        sparse(folder / NODE / name, head)
        is_named(suite, folder, name, "a gigabyte behind a good beginning")
    sparse(suite.folder / "zeros.json")
    is_refused(suite, suite.folder / "zeros.json", "a gigabyte of zeros")
    sparse(suite.folder / "some.json", size=60 << 20)
    is_refused(suite, suite.folder / "some.json", "60 MiB of zeros")


def xml_bombs(suite):
    deep = "<configuration><MBProperty>" + "<a>" * DEEP + "</a>" * DEEP + \
        "</MBProperty></configuration>"
    long = f'<configuration><MBProperty><a Location="{"/" * WIDE}"/></MBProperty></configuration>'
    many = "<configuration><MBProperty>" + "".join(
        f'<a Location="/{i}"/>' for i in range(300000)) + "</MBProperty></configuration>"
    wide = "<configuration><MBProperty><a Location='/' " + " ".join(
        f"b{i}=''" for i in range(300000)) + "/></MBProperty></configuration>"
    bombs = {"billion laughs": LAUGHS, "quadratic": QUADRATIC, "external": EXTERNAL, "deep": deep,
             "long": long, "many": many, "wide": wide}
    for what, content in bombs.items():
        folder = spoil(suite, "MetaBase.xml", content)
        outcome = is_named(suite, folder, "MetaBase.xml", what)
        suite.check(b"root:" not in outcome.out, f"{what}: another file was read", outcome)
        suite.expect(65, "decode", "metabase", folder / NODE / "MetaBase.xml", says="MetaBase.xml")


def registry_bombs(suite):
    head = MARK + "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole]\r\n"
    app = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\AppID\\{%08X-0000-0000-0000-000000000000}]\r\n"
    bombs = {
        "values": head + "".join(f'"{i}"=dword:00000001\r\n' for i in range(WIDE // 26)),
        "one value": head + '"EnableDCOM"="Y"\r\n' * (WIDE // 18),
        "keys": MARK + "".join(app % i for i in range(WIDE // len(app))),
        "deep key": MARK + "[HKEY_LOCAL_MACHINE" + "\\a" * (WIDE // 2) + "]\r\n",
        "bytes": head + '"DefaultLaunchPermission"=hex:' + "01," * (WIDE // 3) + "01\r\n",
        "lines": head + '"DefaultLaunchPermission"=hex:' + "01,\\\r\n  " * (WIDE // 8) + "01\r\n",
        "list": head + '"x"=hex(7):' + "61,00,00,00," * (WIDE // 12) + "00,00\r\n",
        "text": head + '"EnableDCOM"="' + "x" * WIDE + '"\r\n',
        "open text": head + '"EnableDCOM"="' + "x" * WIDE,
    }
    for what, content in bombs.items():
        folder = spoil(suite, "bomb.reg", content)
        suite.expect((0, 1, 2), "check", "-i", folder / "inventory.json")
        suite.expect((0, 65), "decode", "registry", folder / NODE / "bomb.reg")


def nul_characters(suite):
    for artefact in artefacts():
        content = artefact.read_bytes()
        at = content.index(b"\n", len(content) // 2) + 1
        if content.startswith(b"\xff\xfe"):
            at += at % 2
        nul = b"\0\0" if content.startswith(b"\xff\xfe") else b"\0"
        folder = spoil(suite, artefact.name, content[:at] + nul + content[at:])
        if artefact.suffix in (".xml", ".json"):
            is_named(suite, folder, artefact.name, "NUL")
        else:
            suite.expect((0, 1, 2), "check", "-i", folder / "inventory.json")
    inventory, path = (HEALTHY / "inventory.json").read_bytes(), suite.folder / "nul.json"
    path.write_bytes(inventory.replace(b"conferencing", b"con\0ferenc"))
    is_refused(suite, path, "NUL")
    path.write_bytes(inventory.replace(b"CONF1", b"CO\\u0000NF1"))
    is_refused(suite, path, "NUL, escaped")


# --- what is no file ------------------------------------------------------------------------

def replaced(suite, name, make):
    folder = suite.copy("healthy-pair", "replaced")
    path = folder / NODE / name
    path.unlink(missing_ok=True)
    make(path)
    return folder


def folders_pipes_and_links_in_place_of_files(suite):
    makers = {"folder": os.mkdir, "pipe": os.mkfifo, "link to itself": lambda p: p.symlink_to(p),
              "dead link": lambda p: p.symlink_to("nowhere"),
              "device": lambda p: p.symlink_to("/dev/zero")}
    for name in ("registry.reg", "MetaBase.xml", "identity.json"):
        for what, make in makers.items():
            is_named(suite, replaced(suite, name, make), name, what)
    for what, make in makers.items():
        path = suite.folder / f"a-{what.split()[0]}.json"
        make(path)
        if path.is_dir():
            continue
        is_refused(suite, path, what)
    folder = suite.folder / "snapshots"
    (folder / "folder.json").mkdir(parents=True)
    for words in (["check", "-i", folder], ["inventory", "check", folder],
                  ["decode", "registry", folder],
                  ["compare", "-i", HEALTHY / "inventory.json", folder]):
        suite.expect(65, *words, says="snapshots")


def files_that_may_not_be_read(suite):
    """As somebody else, where we are root."""
    more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    os.chmod(suite.folder, 0o755)
    try:
        suite.expect(0, "--version", **more)
    except PermissionError:
        print("not checked: files that may not be read (nobody may start the program)")
        return
    for name in ("registry.reg", "MetaBase.xml", "identity.json"):
        folder = replaced(suite, name, lambda path: path.write_text("secret"))
        os.chmod(folder / NODE / name, 0)
        outcome = suite.expect(2, "check", "-i", folder / "inventory.json", "-f", "json", **more)
        suite.check(any("Permission denied" in message for message in
                        unknowns(suite, outcome, name)), f"{name}: may not be read", outcome)
    path = suite.folder / "locked.json"
    path.write_text("{}")
    os.chmod(path, 0)
    for words in (["check", "-i", path], ["decode", "sid", path],
                  ["compare", "-i", path, path]):
        suite.expect((65, 64), *words, says="locked.json: Permission denied", **more)
    os.chmod(folder / NODE, 0)
    outcome = suite.expect(2, "check", "-i", folder / "inventory.json", **more)
    suite.check(b"Permission denied" in outcome.out, "a folder may not be read", outcome)
    os.chmod(folder / NODE, 0o755)


def folders_that_are_no_folders_of_artefacts(suite):
    folder = suite.copy("healthy-pair", "many")
    for i in range(20000):
        (folder / NODE / f"file-{i}").touch()
    outcome = suite.expect(2, "check", "-i", folder / "inventory.json")
    suite.check(b"10000 files" in outcome.out, "20,000 files are not named", outcome)
    folder = suite.copy("healthy-pair", "loops")
    for i in range(3):
        (folder / NODE / f"loop-{i}").symlink_to(folder / NODE)
    outcome = suite.expect((0, 2), "check", "-i", folder / "inventory.json")
    folder = suite.copy("healthy-pair", "deep")
    at = folder / NODE
    for i in range(40):
        at = at / "d"
        at.mkdir()
    suite.expect(2, "check", "-i", folder / "inventory.json")


def missing_folders(suite):
    folder = suite.copy("healthy-pair", "missing")
    os.rename(folder / NODE, folder / "elsewhere")
    outcome = suite.expect(2, "check", "-i", folder / "inventory.json", "-f", "json")
    suite.check(unknowns(suite, outcome, str(folder / NODE)), "the folder is not named", outcome)
    os.rename(folder / "CONF1", folder / "elsewhere-too")
    suite.expect(69, "check", "-i", folder / "inventory.json", says="no node could be reached")
    (folder / NODE).write_text("a file")
    suite.expect(69, "check", "-i", folder / "inventory.json")


# --- JSON -----------------------------------------------------------------------------------

def wide_json(head, item, tail):
    return head + ",".join([item] * (WIDE // (len(item) + 1))) + tail


def json_bombs(suite):
    bombs = {
        "deep arrays": "[" * DEEP + "]" * DEEP,
        "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
        "open": "[" * DEEP,
        "deep inside": '{"version":1,"clusters":' + "[" * DEEP + "]" * DEEP + "}",
        "wide": "[" + "0," * (WIDE // 2) + "0]",
        "wide clusters": wide_json('{"version":1,"clusters":[', "0", "]}"),
        "wide empty clusters": wide_json('{"version":1,"clusters":[', "{}", "]}"),
        "wide coverage": wide_json('{"version":1,"node":"CONF1","facts":{},"coverage":[', "0",
                                   "]}"),
        "wide empty coverage": wide_json('{"version":1,"node":"CONF1","facts":{},"coverage":[',
                                         "{}", "]}"),
        "wide keys": '{"version":1,' + ",".join(f'"{i}":0' for i in range(WIDE // 11)) + "}",
        "long text": '{"version":1,"node":"' + "a" * WIDE + '"}',
        "long number": "[" + "1" * WIDE + "]",
        "nothing": "", "blanks": " " * WIDE, "null": "null", "cut": '{"version"',
        "not UTF-8": b'{"version":1,"node":"\xff\xfe"}',
    }
    for what, content in bombs.items():
        path = suite.folder / "bomb.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        is_refused(suite, path, what)


def json_bombs_as_identity(suite):
    head = '{"version":1,"computer":{"name":"CONF2"},"accounts":'
    bombs = {
        "deep": head + '{"a":' * DEEP + "1" + "}" * DEEP + "}",
        "deep arrays": head + "[" * DEEP + "]" * DEEP + "}",
        "wide": wide_json(head + "[", "0", "]}"),
        "wide groups": wide_json(head + '{"a":{"exists":true,"groups":[', '"a"', "]}}}"),
        "wide accounts": head + "{" + ",".join(
            f'"{i}":{{}}' for i in range(WIDE // 13)) + "}}",
        "twice": head + '{},"accounts":{}}',
        "cut": head + "{",
    }
    for what, content in bombs.items():
        is_named(suite, spoil(suite, "identity.json", content), "identity.json", what)


def keys_that_stand_twice(suite):
    text = (HEALTHY / "inventory.json").read_text()
    path = suite.folder / "twice.json"
    for content in (text.replace('"version"', '"clusters": [], "version"'),
                    text.replace('"role"', '"role": "primary", "role"', 1),
                    '{"version":1,"node":"A","node":"B","coverage":[],"facts":{}}',
                    '{"version":1,"node":"A","coverage":[],"facts":{"a":"1","a":"2"}}'):
        path.write_text(content)
        is_refused(suite, path, "a key that stands twice")


def snapshots_cut_anywhere(suite):
    folder = suite.folder / "good"
    suite.expect((0, 2), "collect", "-i", HEALTHY / "inventory.json", "-o", folder)
    content = (folder / f"{NODE}.json").read_bytes()
    inventory = (HEALTHY / "inventory.json").read_bytes()
    for i in range(PLACES):
        path = suite.folder / "cut.json"
        path.write_bytes(content[:len(content.rstrip()) * i // PLACES])
        suite.expect(65, "compare", "-i", HEALTHY / "inventory.json", folder / "CONF1.json", path,
                     says="cut.json")
        path.write_bytes(inventory[:len(inventory.rstrip()) * i // PLACES])
        suite.expect(65, "check", "-i", path, says="cut.json")
        suite.expect(65, "inventory", "check", path, says="cut.json")


def main():
    suite = Suite()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for test in (empty_artefacts, cut_artefacts, cut_artefacts_of_a_broken_pair,
                 half_a_character_of_utf_16, gigabytes_of_zeros, xml_bombs, registry_bombs,
                 nul_characters, folders_pipes_and_links_in_place_of_files,
                 files_that_may_not_be_read, folders_that_are_no_folders_of_artefacts,
                 missing_folders, json_bombs, json_bombs_as_identity, keys_that_stand_twice, snapshots_cut_anywhere):
        if not sys.argv[1:] or test.__name__ in sys.argv[1:]:
            test(suite)
    suite.finish("bad input")


if __name__ == "__main__":
    main()
