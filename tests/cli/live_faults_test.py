#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""standby check over SSH: the machine's real sshd, and behind it a stand-in for the nodes' shell.

live_faults_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: STANDBY, the program. Exit code 0: all hold; 77: there is no sshd.
"""
import base64
import contextlib
import datetime
import html
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse
from pathlib import Path

import stand_in_shell
from live_world import CONFERENCING, HEALTHY, NODES, PLACES, SECONDS, World, expected_of, generate
from program import EXAMPLES, SANITIZED
from sshd import SSHD, keygen

CHECKS = []
NOTES = []
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def check(function):
    CHECKS.append(function)
    return function


def processes_with(marker):
    """Those with the marker in their arguments, but for the servers of the test."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes()
            if str(marker).encode() in words and b"sshd_config" not in words:
                found.append(words)
    return found


# --- the pair of kb330346, live -------------------------------------------------------------------

@check
def the_conferencing_pair_is_found_broken_as_in_its_example(world):
    expected = expected_of("conferencing-2003")
    with world.pair("conferencing-2003", CONFERENCING) as inventory:
        run = world.check(inventory)
        assert len(world.witnesses()) == 2
        snapshots = world.collect(inventory, "snapshots")
        key = world.key()
    assert run.code == 1, (run.code, run.errors)
    assert run.verdicts() == expected, set(run.verdicts()) ^ set(expected)
    for name, snapshot in snapshots.items():
        for place in PLACES:
            found = snapshot["facts"][place + "/password"]
            assert found == generate.fingerprint(key, CONFERENCING[name]), place


@check
def a_healthy_pair_is_go(world):
    with world.pair("healthy-pair", HEALTHY) as inventory:
        run = world.check(inventory)
        assert run.code == 0, (run.code, run.errors, run.output.decode())
        assert run.verdicts() == expected_of("healthy-pair")
        assert world.key() is not None
        assert world.check(inventory, "--no-secrets").code == 2
        assert [one["key"] for one in world.witnesses()] == ["", ""]


@check
def noise_and_powershell_as_the_default_shell_change_nothing(world):
    noise = ["Welcome to CONF1\r\n  -- keep out --\r\nno line end: ", "a line of noise\r\n\r\n",
             '#< CLIXML\r\n<Objs Version="1.1.0.1"><S S="Error">nothing_x000D_</S></Objs>\r\n' * 9]
    with world.pair("conferencing-2003", CONFERENCING) as inventory:
        quiet = world.check(inventory)
    with world.pair("conferencing-2003", CONFERENCING, shell="powershell", noise=noise) as loud:
        run = world.check(loud)
    assert run.code == 1 and run.verdicts() == quiet.verdicts()
    assert len(world.witnesses()) == 4


@check
def a_second_run_differs_in_times_and_fingerprints_only(world):
    def plain(snapshot):
        del snapshot["collected"]
        numbers = {}
        return re.sub("hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}",
                      lambda one: f"fingerprint {numbers.setdefault(one[0], len(numbers))}",
                      json.dumps(snapshot))

    with world.pair("conferencing-2003", CONFERENCING) as inventory:
        first, second = (world.collect(inventory, name) for name in ("first", "second"))
    keys = {one["key"] for one in world.witnesses()}
    assert len(keys) == 2, "each run has a key of its own"
    for name in NODES:
        assert plain(first[name]) == plain(second[name]), f"{name} differs"
        assert "hmac-sha256" in json.dumps(second[name])


# --- faults ---------------------------------------------------------------------------------------

# What the reason must hold, per fault.
CAUSES = {
    "endless": "64 MiB",
    "cut": "cut",
    "garbage": "not base64",
    "hash": "line",
    "length": "length",
    "count": "counts another number",
    "empty": "printed nothing",
    "killed": "was ended before its end",
    "dropped": "connection",
    "silent": "deadline passed",
    "code": "powershell.exe ended with code 9",
    "drip": "deadline passed while waiting for output of the command",
}


@check
def each_fault_ends_in_time_as_unknown_with_its_cause(world):
    deadline = 8
    nodes, clusters = {}, []
    partner = {"name": "CONF2", "files": str(EXAMPLES / "conferencing-2003/CONF2")}
    with contextlib.ExitStack() as stack:
        for number, fault in enumerate(stand_in_shell.FAULTS, 1):
            nodes[f"127.0.0.{number}"] = world.node("conferencing-2003", "CONF1", "x", fault=fault)
        port = stack.enter_context(world.many(nodes))
        for address, node in nodes.items():
            clusters.append([world.live(node["fault"].upper(), address, port), partner])
        run = world.check(world.inventory(clusters), "--deadline", str(deadline))
    assert run.seconds < deadline + 3, f"took {run.seconds:.1f} s"
    assert run.code in (1, 2), (run.code, run.errors)
    assert sorted(CAUSES) == sorted(stand_in_shell.FAULTS)
    for cluster in run.report["clusters"]:
        fault = cluster["name"].lower()
        reasons = reasons_of(cluster, cluster["name"])
        assert reasons, f"{fault}: nothing is unknown"
        assert any(CAUSES[fault] in reason for reason in reasons), f"{fault}: {reasons}"
        assert cluster["verdict"] != "kept", fault
    world.witnesses()


def reasons_of(cluster, node):
    return {evidence["why"] for finding in cluster["findings"] for evidence in finding["evidence"]
            if evidence["node"] == node and evidence["knowledge"] == "unknown"}


@contextlib.contextmanager
def full_disk(world):
    """A folder in which nothing of size fits, and how to start what writes there; without root no
    file may grow, which is another error at the same places."""
    disk = world.folder / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "standby-test", disk], check=False,
        capture_output=True).returncode == 0
    if not mounted:
        yield disk, "too large", {"preexec_fn": no_growth}
        return
    try:
        yield disk, "space", {}
    finally:
        subprocess.run(["umount", disk], check=True)


def no_growth():
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))


@check
def a_full_disk_under_the_recording_is_said(world):
    with full_disk(world) as (disk, why, how), world.pair("conferencing-2003",
                                                          CONFERENCING) as inventory:
        run = world.check(inventory, "--record", disk / "recordings", **how)
        assert run.code == 69, (run.code, run.errors)
        reasons = {reason for name in NODES for reason in
                   reasons_of(run.report["clusters"][0], name)}
        assert any("recorded" in reason and why in reason for reason in reasons), reasons
        assert not [path for path in disk.rglob("*") if path.is_file()
                    and path.name.endswith(".partial")]


@check
def snapshots_on_a_full_disk_are_whole_or_not_there(world):
    with full_disk(world) as (disk, why, how), world.pair("conferencing-2003",
                                                          CONFERENCING) as inventory:
        if not how:
            (disk / "filler").write_bytes(b"x" * 8192)
        run = world.run("collect", inventory, "-o", disk / "out", **how)
        assert run.code == 70 and why in run.errors, (run.code, run.errors)
        for path in disk.rglob("*.json"):
            json.loads(path.read_text())


@check
def a_jump_of_the_clock_moves_no_deadline(world):
    if not FAKETIME or SANITIZED:
        NOTES.append("a jump of the clock: libfaketime is not here, or not for a sanitized program")
        return
    deadline, clock = 5, world.folder / "clock"
    world.environment |= {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1"}
    nodes = {"127.0.0.1": world.node("conferencing-2003", "CONF1", "x", pause=2),
             "127.0.0.2": world.node("conferencing-2003", "CONF2", "x", fault="silent")}
    with world.many(nodes) as port:
        inventory = world.inventory([[world.live(name, address, port)
                                      for name, address in zip(NODES, nodes)]])
        for jump in ("+400d", "-400d"):
            clock.write_text("+0")
            begun = time.monotonic()
            process = world.start("collect", inventory, "-o", jump, "--deadline", str(deadline))
            time.sleep(1)
            clock.write_text(jump)
            _, errors = process.communicate(timeout=SECONDS)
            took = time.monotonic() - begun
            first, second = (json.loads((world.folder / jump / f"{name}.json").read_text())
                             for name in NODES)
            collected = datetime.datetime.fromisoformat(first["collected"].rstrip("Z"))
            days = (collected - datetime.datetime.utcnow()).days
            assert abs(days - int(jump[:-1])) < 3, (jump, first["collected"])
            assert first["facts"], errors
            assert "deadline passed" in second["coverage"][0]["why"], second["coverage"]
            assert deadline - 1 < took < deadline + 3, f"{jump}: took {took:.1f} s"


# --- signals --------------------------------------------------------------------------------------

def wait_until_caught(process, number):
    for _ in range(500):
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
        if int(caught[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.005)
    raise AssertionError("the signal is not caught")


@check
def a_signal_at_any_moment_leaves_a_valid_report_and_nothing_else(world):
    chance = random.Random(330346)
    with world.pair("conferencing-2003", CONFERENCING, pause=20) as inventory:
        for _ in range(20):
            number = chance.choice((signal.SIGINT, signal.SIGTERM))
            process = world.start("check", inventory, "--format", "json", "--record",
                                  world.folder / "recordings")
            wait_until_caught(process, number)
            moment = chance.uniform(0, 0.6)
            time.sleep(moment)
            process.send_signal(number)
            output, _ = process.communicate(timeout=SECONDS)
            what = f"{number.name} after {moment:.3f} s"
            assert process.returncode in (1, 2), f"{what}: exit code {process.returncode}"
            assert json.loads(output)["partial"] is True, what
            ended(world, what)
            shutil.rmtree(world.folder / "recordings", ignore_errors=True)


def ended(world, what):
    """Here and behind the servers; those learn of it from the connection that ends."""
    world.left_nothing()
    for _ in range(100):
        left = processes_with(world.folder)
        if not left:
            return
        time.sleep(0.02)
    raise AssertionError(f"{what}: left: {left}")


# --- many nodes -----------------------------------------------------------------------------------

@contextlib.contextmanager
def black_hole(address, accepted):
    """Accepts in the kernel and says nothing, or, its queue being full, does not even accept."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind((address, 0))
        listening.listen(64 if accepted else 0)
        for _ in range(0 if accepted else 3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@check
def black_holes_cost_their_own_deadline_only(world):
    deadline, count, dead = 5, 200, set(range(10, 201, 20))
    for number in range(1, count + 1):
        key, names = stand_in_shell.computer_name(f"N{number}")
        world.write(f"127.0.1.{number}", "#standby 1\n" + stand_in_shell.frame(
            "computer_name", names.encode(), [key]) + "#end 1\n")
    # As the stand-in, but without the weight of Python: this is about the nodes' number.
    stub = world.write("stub.sh", "# A STAND-IN for the shell of nodes: one reply for each.\n"
                       "case $SSH_ORIGINAL_COMMAND in echo*) printf '%s' "
                       "'C:\\WINDOWS\\system32\\cmd.exe $PSHOME';; *) cat >/dev/null; "
                       f"set -- $SSH_CONNECTION; exec cat {world.folder}/$3; esac\n")
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(world.many({}, command=f"exec /bin/sh {stub}"))
        nodes = [world.live(f"N{number}", f"127.0.1.{number}",
                            stack.enter_context(black_hole(f"127.0.1.{number}", number % 40 == 10))
                            if number in dead else port) for number in range(1, count + 1)]
        run = world.check(world.inventory([nodes]), "--deadline", str(deadline))
    reached = [finding for finding in run.report["clusters"][0]["findings"]
               if finding["rule"] == "node_reached"]
    unreached = {name for finding in reached if finding["verdict"] != "kept"
                 for name in finding["nodes"]}
    assert len(reached) == count, len(reached)
    assert unreached == {f"N{number}" for number in dead}, unreached
    assert deadline <= run.seconds + 0.5 < 3 * deadline, f"took {run.seconds:.1f} s"


@check
def a_wrong_key_is_tried_once_for_twenty_nodes(world):
    with world.many({}, "LogLevel VERBOSE") as port:
        nodes = [world.live(f"N{number}", f"127.0.0.{number}", port, key="stranger")
                 for number in range(1, 21)]
        run = world.check(world.inventory([nodes]), "--deadline", "10")
    tried = (world.folder / "sshd.log").read_text().count("Failed publickey")
    assert tried == 1, f"{tried} attempts in the server's log"
    assert run.code == 69, run.code
    held = sum("in this run and is not tried again" in json.dumps(finding)
               for finding in run.report["clusters"][0]["findings"]
               if finding["rule"] == "node_reached")
    assert held == 19, held


# --- secrets --------------------------------------------------------------------------------------

CANARIES = ("Kanarie<1>&\"Zeisig\"?", "Stieglitz+'2'%=\u00e4\u00f6/\\", "Gimpel 3 <&> Fink")
PASSPHRASE = "Nachtigall-4 <&> Sprosser"


def spellings(secret):
    for raw in (secret.encode("utf-8"), secret.encode("latin-1"), secret.encode("utf-16-le"),
                secret.encode("utf-16-be")):
        yield from encoded(raw)
    for text in (urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""),
                 urllib.parse.quote_plus(secret), html.escape(secret), html.escape(secret, False),
                 html.escape(secret, False).replace('"', "&quot;"), json.dumps(secret)[1:-1],
                 secret.replace("\\", "\\\\")):
        yield text.encode()
        yield text.encode("utf-16-le")


def encoded(raw):
    yield raw
    yield from (raw.hex().encode(), raw.hex().upper().encode(), raw.hex(",").encode())
    for skip in range(3):
        whole = raw[skip:len(raw) - (len(raw) - skip) % 3]
        yield base64.b64encode(whole)
        yield base64.urlsafe_b64encode(whole)


def with_canaries(node):
    """The node's artefacts, with passwords wherever one may be configured."""
    first, second, third = CANARIES
    values = [f"    ServicePassword    REG_SZ    {first}",
              f"    OldPassword    REG_BINARY    {second.encode('utf-16-le').hex().upper()}",
              f"    ProxySecret    REG_SZ    {base64.b64encode(third.encode()).decode()}",
              f"    UrlPassword    REG_SZ    {urllib.parse.quote(first)}"]
    for frame in node["frames"]:
        content = base64.b64decode(frame[1])
        if frame[0] == "dcom_machine":
            content = content.replace(b"    EnableDCOM", "\r\n".join(values).encode() +
                                      b"\r\n    EnableDCOM", 1)
        if frame[0] == "metabase":
            for name, secret in (("AnonymousUserPass", first), ("WAMUserPass", second)):
                content, times = re.subn(
                    f'{name}="[^"]*"'.encode(),
                    lambda _, n=name, s=secret: f'{n}="{html.escape(s)}"'.encode(), content)
                assert times, name
        frame[1] = base64.b64encode(content).decode()
    node["noise"] = [f"motd: {first} {html.escape(second)}\r\n", f"noise {third}\r\n",
                     f"#< CLIXML\r\n<S>{html.escape(second)}</S> {third}\r\n"]
    return node


@contextlib.contextmanager
def pipe_of(secret):
    """A descriptor to read the secret from."""
    reading, writing = os.pipe()
    os.write(writing, secret.encode() + b"\n")
    os.close(writing)
    try:
        yield reading
    finally:
        os.close(reading)


def search(secrets, places):
    return [f"secret {number} in {name}" for number, secret in enumerate(secrets)
            for name, data in places.items() for spelling in secret if spelling in data]


@check
def no_secret_shows_anywhere_during_or_after_a_run(world):
    nodes = {f"127.0.0.{number}": with_canaries(world.node(
        "conferencing-2003", name, CANARIES[number], pause=0.3)) for number, name in
        enumerate(NODES, 1)}
    places = {}
    with world.many(nodes, "LogLevel DEBUG3") as port, contextlib.ExitStack() as stack:
        for command, words in (("check", ("--format", "json", "-v")), ("check", ("-v",)),
                               ("collect", ("-o", "out"))):
            with pipe_of(PASSPHRASE) as reading:
                source = {"passphrase-from": f"fd:{reading}"}
                inventory = world.inventory([[
                    world.live(name, address, port, "encrypted", **source)
                    for name, address in zip(NODES, nodes)]])
                record = f"recordings-{len(places)}"
                run = world.run(command, inventory, *words, "--record", record, watch=True,
                                pass_fds=[reading])
            assert run.code == (0 if command == "collect" else 1), (run.code, run.errors)
            if "json" in words:
                assert run.verdicts() == expected_of("conferencing-2003"), run.output.decode()
            places[f"{command} {words}: output"] = run.output
            places[f"{command} {words}: messages"] = run.errors.encode()
            assert any(b"--record" in data for data in run.seen), "the watch saw nothing"
            # The environment of who holds a secret is root's alone to read.
            assert os.geteuid() or any(b"PATH=" in data for data in run.seen), "no environment"
            places |= {f"a process of {command} ({number})": data
                       for number, data in enumerate(run.seen)}
    keys = {one["key"] for one in world.witnesses()}
    places |= {str(path): path.read_bytes() for path in world.folder.rglob("*") if path.is_file()
               and "nodes" not in path.relative_to(world.folder).parts}
    secrets = [set(spellings(canary)) for canary in (*CANARIES, PASSPHRASE)]
    secrets += [set(encoded(bytes.fromhex(key))) for key in keys]
    assert len(keys) == 3 and any("recordings" in name for name in places)
    assert search(secrets, {"node": json.dumps(nodes).encode()}), "the search is blind"
    assert search(secrets, {"key": bytes.fromhex(next(iter(keys))).hex().encode()})
    assert not search(secrets, places), search(secrets, places)


# --- running --------------------------------------------------------------------------------------

def make_keys(folder):
    folder.mkdir()
    for name in ("host", "user", "stranger"):
        keygen(folder / name, "ed25519")
    keygen(folder / "encrypted", "ed25519", PASSPHRASE)
    return folder


def main(wanted):
    if not SSHD:
        print("skipped: there is no sshd (package openssh-server)")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    failed, numbers = 0, itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="live-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")
        for function in CHECKS:
            name = function.__name__
            if wanted and not any(word in name for word in wanted):
                continue
            place, begun = Path(folder) / name[:20], time.monotonic()
            place.mkdir()
            result = "ok"
            try:
                function(World(place, keys))
            except Exception:  # one check must not end the others
                result, failed = "not ok", failed + 1
                traceback.print_exc(file=sys.stdout)
            print(f"{result} {next(numbers)} - {name.replace('_', ' ')} "
                  f"({time.monotonic() - begun:.1f} s)", flush=True)
    for note in NOTES:
        print(f"not checked: {note}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
