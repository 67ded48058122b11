#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What nodes are sent is what "standby requests" prints, byte for byte: in both dialects, by both
clients, through the machine's real sshd; and the list of what only reads lets all of it pass.

Environment: STANDBY, the program. Exit code 0: all hold; 77: there is no sshd.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import requests_test
import stand_in_cmd
import stand_in_shell
from live_faults_test import make_keys
from live_world import CONFERENCING, NODES, World
from program import STANDBY
from sshd import SSHD

EXAMPLE = "conferencing-2003"
TAP = Path(__file__).resolve().parent / "tap.py"
CLIENTS = ("ssh", "openssh")
NAMED = re.compile(r"standby-[0-9a-f]{16}\.js")


def tapped(world, stand_in, **more):
    """An sshd in front of this stand-in; yields its port and, in the end, what it was sent."""
    folder = world.folder / f"tap-{len(list(world.folder.iterdir()))}"
    folder.mkdir()
    node = world.node(EXAMPLE, "CONF1", CONFERENCING["CONF1"], page=850, temp=str(folder), **more)
    nodes = world.write(f"nodes/{folder.name}", json.dumps({"*": node}))
    command = f"exec /usr/bin/python3 -I -S {TAP} {folder} {stand_in.__file__} {nodes}"
    return folder, world.server({}, command=command)


def asked(world, client, stand_in, *words, **more):
    """[(command, input)] of one run, and what "requests" prints for its node."""
    folder, server = tapped(world, stand_in, **more)
    with server as port:
        node = world.live("CONF1", "127.0.0.1", port)
        node[client] = node.pop("ssh")
        other = {"name": "CONF2", "files": str(requests_test.ROOT / "examples" / EXAMPLE / "CONF2")}
        inventory = world.inventory([[node, other]])
        world.check(inventory, *words)
    said = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    printed = subprocess.run([STANDBY, "requests", "-i", inventory, NODES[0]], check=True,
                             capture_output=True, text=True).stdout
    return [(one["command"], bytes.fromhex(one["input"])) for one in said], \
        requests_test.sent(printed)


def block(blocks, start):
    found = [text for heading, text in blocks if heading.startswith(start)]
    assert len(found) == 1, f"{len(found)} blocks begin with {start!r}"
    return found[0]


def percented(text):
    return text.replace("%", "%25").replace("\n", "%0A").encode()


def same_input(command, content, blocks):
    """The lines of standard input are those that are printed; behind them the key, or nothing."""
    script, _, rest = content.partition(b"\n")
    if command.startswith("powershell.exe"):
        wanted = block(blocks, "First line of standard input").encode() + b"\n"
        assert base64.b64decode(script, validate=True) == wanted, "another script for PowerShell"
    elif "cscript" in command:
        wanted = percented(block(blocks, "which reads them"))
        assert script in (wanted, wanted + b"%0A"), "another script for Windows Script Host"
    else:
        assert not content, f"{command} gets input"
        return
    assert re.fullmatch(rb"([0-9a-f]{64}\n)?", rest), "behind the script is more than a key"


def printed_commands(blocks):
    scripts = ("First line", "It is this text", "which reads them")
    return {line for heading, text in blocks if not heading.startswith(scripts)
            for line in text.split("\n")}


def only_what_is_printed(said, blocks):
    commands = printed_commands(blocks)
    for command, content in said:
        assert NAMED.sub("standby-NAME.js", command) in commands, f"not printed: {command!r}"
        assert not requests_test.refuse_command(command), requests_test.refuse_command(command)
        same_input(command, content, blocks)


def powershell_gets_what_is_printed(world):
    for client in CLIENTS:
        for words in ((), ("--no-secrets",)):
            said, blocks = asked(world, client, stand_in_shell, *words)
            only_what_is_printed(said, blocks)
            assert [command.split()[0] for command, _ in said] == ["echo", "powershell.exe"], said
            assert said[1][1].count(b"\n") == (1 if words else 2), "the key"


def cmd_gets_what_is_printed(world):
    """Where every question is answered, and where each fails, so that what comes then is sent."""
    for client in CLIENTS:
        sent = set()
        for more in ({}, {"chcp": ""}, {"reg": False}, {"codes": [["reg query", 1]]}):
            said, blocks = asked(world, client, stand_in_cmd, **more)
            only_what_is_printed(said, blocks)
            sent |= {NAMED.sub("standby-NAME.js", command) for command, _ in said}
        left = printed_commands(blocks) - sent
        assert not left, f"printed, but sent to none: {left}"


TESTS = (powershell_gets_what_is_printed, cmd_gets_what_is_printed)


def main():
    if not SSHD:
        print("skipped: there is no sshd (package openssh-server)")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sent-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")
        for number, test in enumerate(TESTS, 1):
            (Path(folder) / str(number)).mkdir()
            try:
                test(World(Path(folder) / str(number), keys))
                print(f"ok {test.__name__}", flush=True)
            except Exception:  # one must not end the others
                failed = 1
                traceback.print_exc(file=sys.stdout)
                print(f"not ok {test.__name__}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
