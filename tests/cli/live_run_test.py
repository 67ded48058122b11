#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What nodes of one run share and what they do not: one worker that visits nodes of several
clusters, known_hosts files of several nodes, nodes that are dead beside those that live. The
machine's real sshd, and behind it a stand-in for the nodes' shell or a Unix shell.

live_run_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: STANDBY, the program. Exit code 0: all hold; 77: there is no sshd.
"""
import contextlib
import json
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import stand_in_shell
from live_faults_test import black_hole, make_keys
from live_world import HEALTHY, World
from program import EXAMPLES
from sshd import SSHD, public

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def reached(run):
    """{node: the finding that says whether it was looked at}"""
    return {node: finding for cluster in run.report["clusters"]
            for finding in cluster["findings"] if finding["rule"] == "node_reached"
            for node in finding["nodes"]}


# --- scopes ---------------------------------------------------------------------------------------

def clusters(world, port, other):
    """N1 and N2 with the example's scope, N3 and N4 with other applications."""
    document = json.loads((EXAMPLES / "conferencing-2003/inventory.json").read_text())
    scope = document["clusters"][0]
    document["clusters"] = [
        dict(scope, name=f"of-N{first}", applications=applications, nodes=[
            dict(world.live(f"N{number}", f"127.0.0.{number}", port), role=role)
            for number, role in ((first, "primary"), (first + 1, "backup"))])
        for first, applications in ((1, scope["applications"]), (3, [other]))]
    return world.write("inventory.json", json.dumps(document)), scope["applications"]


@check
def one_worker_asks_each_cluster_for_its_own_scope(world):
    other = "{22222222-3333-4444-5555-666666666666}"
    nodes = {"*": world.node("healthy-pair", "CONF1", HEALTHY["CONF1"])}
    with world.many(nodes) as port:
        inventory, usual = clusters(world, port, other)
        for jobs in ("1", "4"):
            run = world.check(inventory, "--jobs", jobs)
            said = {one["address"]: one["scope"] for one in world.witnesses()}
            assert len(said) == 4, (said, run.errors)
            for number in range(1, 5):
                expected = ", ".join(f"'{one}'" for one in (usual if number < 3 else [other]))
                line = f"$applications = @({expected})"
                assert line in said[f"127.0.0.{number}"], (jobs, number, said)


@check
def one_worker_judges_each_node_by_its_own_known_hosts(world):
    good = world.write("good", f"* {public(world.keys / 'host')}\n")
    changed = world.write("changed", f"* {public(world.keys / 'user')}\n")
    empty = world.write("empty", "")
    nodes = {"*": world.node("healthy-pair", "CONF1", HEALTHY["CONF1"])}
    files = (good, changed, good, empty, good)
    with world.many(nodes) as port:
        inventory = world.inventory([[
            world.live(f"N{at}", f"127.0.0.{at + 1}", port, **{"known-hosts": str(file)})
            for at, file in enumerate(files)]])
        run = world.check(inventory, "--jobs", "1")
    assert len(world.witnesses()) == 3
    for at, words in ((1, "host key has CHANGED"), (3, "host key is unknown")):
        assert words in json.dumps(reached(run)[f"N{at}"]), reached(run)[f"N{at}"]
    for at in (0, 2, 4):
        assert "host key" not in json.dumps(reached(run)[f"N{at}"]), reached(run)[f"N{at}"]


# --- shells that are none -------------------------------------------------------------------------

@check
def a_unix_shell_gets_neither_script_nor_key(world):
    log, received = world.folder / "asked", world.folder / "received"
    for name, shell, said in (
            ("itself", 'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"', "%ComSpec%"),
            ("quoting", "echo 'This is no Windows: $PSHOME'", "This is no Windows: $PSHOME"),
            ("silent", "exit 5", "gave nothing with code 5")):
        log.write_text("")
        stub = world.write(f"{name}.sh", f'echo "$SSH_ORIGINAL_COMMAND" >>{log}\n'
                           f'cat >>{received}\n{shell}\n')
        with world.many({}, command=f"exec /bin/sh {stub}") as port:
            run = world.check(world.inventory([[world.live(f"N{number}", f"127.0.0.{number}", port)
                                                for number in (1, 2)]]))
        asked = sorted(line.split()[0] for line in log.read_text().splitlines())
        assert asked == ["echo"] * 2 + ["powershell.exe"] * 2, f"{name}: {asked} {run.errors}"
        assert received.read_bytes() == b"", "something stood on standard input"
        assert run.code == 69, (name, run.code)
        for finding in map(json.dumps, reached(run).values()):
            assert "neither cmd.exe nor PowerShell answered" in finding, finding
            assert said in finding, finding


# --- dead nodes -----------------------------------------------------------------------------------

@check
def live_nodes_do_not_wait_for_dead_ones(world):
    dead, live = 6, 6
    names = [f"D{number}" for number in range(dead)] + [f"L{number}" for number in range(live)]
    key, text = stand_in_shell.computer_name("ANY")
    world.write("reply", "#standby 1\n" +
                stand_in_shell.frame("computer_name", text.encode(), [key]) + "#end 1\n")
    stub = world.write("stub.sh", "# A STAND-IN for the shell of nodes: one reply.\n"
                       "case $SSH_ORIGINAL_COMMAND in echo*) printf '%s' "
                       "'C:\\WINDOWS\\system32\\cmd.exe $PSHOME';; *) cat >/dev/null; "
                       f"exec cat {world.folder}/reply; esac\n")
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(world.many({}, command=f"exec /bin/sh {stub}"))
        holes = [stack.enter_context(black_hole("127.0.0.1", False)) for _ in range(dead)]
        nodes = [world.live(name, "127.0.0.1", hole) for name, hole in zip(names, holes)]
        nodes += [world.live(name, f"127.0.1.{at + 1}", port)
                  for at, name in enumerate(names[dead:])]
        run = world.check(world.inventory([nodes]), "--jobs", "2", "--deadline", "12")
    order = [line.split()[1] for line in run.errors.splitlines() if " after " in line]
    assert sorted(order) == sorted(names), run.errors
    assert set(order[:live]) == set(names[dead:]), order


def main(wanted):
    if not SSHD:
        print("skipped: there is no sshd (package openssh-server)")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="live-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")
        chosen = [function for function in CHECKS
                  if not wanted or any(word in function.__name__ for word in wanted)]
        for number, function in enumerate(chosen, 1):
            place, begun = Path(folder) / str(number), time.monotonic()
            place.mkdir()
            result = "ok"
            try:
                function(World(place, keys))
            except Exception:  # one check must not end the others
                result, failed = "not ok", failed + 1
                traceback.print_exc(file=sys.stdout)
            print(f"{result} {number} - {function.__name__.replace('_', ' ')} "
                  f"({time.monotonic() - begun:.1f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
