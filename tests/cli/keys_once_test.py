#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Private keys are read and decrypted before worker processes start, once for all nodes.

keys_once_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: STANDBY (the program), BUILD. Exit code 77: there is no sshd.
"""
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from live_world import World
from opened import opened
from sshd import SSHD, keygen

PASSPHRASE = "a passphrase of the tests"
NODES = 12
JOBS = 4
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def run(world, key, passphrase, port, **more):
    """Pairs of nodes, all with this key; what the report says of each node."""
    Path(world.folder / "passphrase").write_text(passphrase)
    world.environment["CREDENTIALS_DIRECTORY"] = str(world.folder)
    nodes = [world.live(f"NODE{at}", f"127.0.0.{at + 1}", port, key, **{
        "passphrase-from": "credential:passphrase", **more}) for at in range(NODES)]
    inventory = world.inventory([nodes[at:at + 2] for at in range(0, NODES, 2)])
    return world.check(inventory, "--jobs", str(JOBS), "--no-secrets")


def unreached(result):
    """{cluster: what is said of nodes that were not reached}"""
    return {cluster["name"]: [finding["message"] for finding in cluster["findings"]
                              if "could not be looked at" in finding["message"]
                              and finding["rule"] == "node_reached"]
            for cluster in result.report["clusters"]}


@check
def one_key_of_many_nodes_is_read_once(world):
    node = world.node("healthy-pair", "CONF1", "")
    with world.many({"*": node}) as port, opened(world.keys / "encrypted") as opens:
        result = run(world, "encrypted", PASSPHRASE, port)
        said = unreached(result)
        assert len(said) == NODES / 2 and not any(said.values()), said
        assert result.output.decode().count("say that they are of CONF1") >= NODES, "none answered"
        assert opens() == 1


@check
def a_wrong_passphrase_is_tried_once_and_told_of_each_node(world):
    with world.many({}) as port, opened(world.keys / "encrypted") as opens:
        said = unreached(run(world, "encrypted", "another", port))
        assert len(said) == NODES / 2
        for cluster, messages in said.items():
            assert len(messages) == 2, (cluster, messages)
            assert all("cannot be decrypted: is the passphrase right?" in message
                       for message in messages), messages
        assert opens() == 1


@check
def a_key_of_one_node_that_is_missing_is_the_trouble_of_that_node(world):
    node = world.node("healthy-pair", "CONF1", "")
    with world.many({"*": node}) as port:
        nodes = [world.live("GOOD", "127.0.0.1", port, "user"),
                 world.live("BAD", "127.0.0.2", port, "missing")]
        said = unreached(world.check(world.inventory([nodes]), "--no-secrets"))["conferencing"]
        assert len(said) == 1 and "missing: No such file" in said[0] and "BAD" in said[0], said


@check
def an_interrupt_ends_the_decryption_of_keys(world):
    """They would take a quarter of an hour."""
    slow = world.folder / "slow"
    keygen(slow, "ed25519", PASSPHRASE)
    costly = bytearray(slow.read_bytes())
    slow.write_bytes(dear(costly))
    (world.folder / "passphrase").write_text(PASSPHRASE)
    world.environment["CREDENTIALS_DIRECTORY"] = str(world.folder)
    nodes = []
    for at in range(100):
        shutil.copy(slow, world.folder / f"slow{at}")
        nodes.append({"name": f"NODE{at}", "ssh": f"somebody@127.0.0.{at + 1}:9",
                      "identity-file": str(world.folder / f"slow{at}"),
                      "passphrase-from": "credential:passphrase"})
    inventory = world.inventory([nodes])
    with opened(world.folder / "slow0") as opens:
        process = world.start("check", inventory, "--format", "json")
        while not opens():
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert b"the run was interrupted (SIGINT)" in output, (output, errors)
    assert process.returncode in (2, 69), process.returncode
    world.left_nothing()


def dear(content):
    """The same key, but with 1,024 rounds: its passphrase is wrong then."""
    import base64
    lines = bytes(content).decode().splitlines()
    body = bytearray(base64.b64decode("".join(lines[1:-1])))
    at = body.index(b"bcrypt") + len("bcrypt") + 4 + 4 + 16
    body[at:at + 4] = (1024).to_bytes(4, "big")
    return "\n".join([lines[0], base64.encodebytes(body).decode().strip(), lines[-1], ""]).encode()


# --- running --------------------------------------------------------------------------------------

def make_keys(folder):
    folder.mkdir()
    for name in ("host", "user"):
        keygen(folder / name, "ed25519")
    keygen(folder / "encrypted", "ed25519", PASSPHRASE)
    return folder


def passes(function, keys):
    result = "ok"
    with tempfile.TemporaryDirectory(prefix="standby-keys-") as folder:
        try:
            function(World(folder, keys))
        except Exception:
            result = "FAILED"
            traceback.print_exc(file=sys.stdout)
    print(f"{result} {function.__name__}", flush=True)
    return result == "ok"


def main(wanted):
    if not SSHD:
        print("skipped: there is no sshd (package openssh-server)")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    chosen = [one for one in CHECKS
              if not wanted or any(name in one.__name__ for name in wanted)]
    with tempfile.TemporaryDirectory(prefix="standby-keys-") as folder:
        keys = make_keys(Path(folder) / "keys")
        failed = sum(not passes(function, keys) for function in chosen)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
