#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Signals, deadlines and progress of a run over nodes that accept and then say nothing.

Environment: STANDBY, the program. Exit code 0: all hold.
"""
import json
import os
import pty
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
EXAMPLE = TOP / "examples/conferencing-2003"
STANDBY = Path(os.environ.get("STANDBY", TOP / "standby")).resolve()
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def inventory_of(folder, port, clusters=1):
    """Clusters of one recorded node and one that is silent."""
    inventory = json.loads((EXAMPLE / "inventory.json").read_text())
    first = inventory["clusters"][0]
    first["nodes"] = [{"name": "CONF1", "role": "primary", "files": str(EXAMPLE / "CONF1")},
                      {"name": "CONF2", "role": "backup", "ssh": f"nobody@127.0.0.1:{port}"}]
    inventory["clusters"] = [json.loads(json.dumps(dict(first, name=f"cluster {number}")))
                             for number in range(clusters)]
    path = Path(folder, "inventory.json")
    path.write_text(json.dumps(inventory))
    Path(folder, "tmp").mkdir(exist_ok=True)
    return path


def start(folder, *arguments, errors=subprocess.PIPE):
    environment = dict(os.environ, TERM="xterm", TMPDIR=str(Path(folder, "tmp")), HOME=folder)
    environment.pop("SSH_AUTH_SOCK", None)
    return subprocess.Popen([STANDBY, *map(str, arguments)], cwd=folder, env=environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)


def workers_of(process):
    try:
        return [int(pid) for pid in Path(
            f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except OSError:
        return []


def wait_for_workers(process, count):
    for _ in range(500):
        if len(workers_of(process)) == count:
            break
        time.sleep(0.01)
    return workers_of(process)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def judge_partial(output, code, folder, what):
    try:
        report = json.loads(output)
    except ValueError:
        check(False, f"{what}: the report is not valid JSON")
        return
    check(code in (1, 2), f"{what}: exit code {code}")
    check(report.get("partial") is True, f"{what}: the report is not marked as partial")
    check("before all nodes were collected" in output.decode(), f"{what}: no reason is given")
    left = [str(path) for path in Path(folder).rglob("*") if path.name != "inventory.json"
            and path.is_file()]
    check(not left, f"{what}: files are left: {left}")


# --- tests --------------------------------------------------------------------------------------

def an_interrupted_run_reports_what_is_there(folder, port):
    inventory = inventory_of(folder, port, 3)
    for number in SIGNALS:
        process = start(folder, "check", "-i", inventory, "--format", "json")
        workers = wait_for_workers(process, 3)
        check(len(workers) == 3, f"{number.name}: {len(workers)} workers")
        process.send_signal(number)
        began = time.monotonic()
        output, _ = process.communicate(timeout=30)
        check(time.monotonic() - began < 5, f"{number.name}: the end takes too long")
        judge_partial(output, process.returncode, folder, number.name)
        check(number.name in output.decode(), f"{number.name} is not named")
        check(not any(map(is_alive, workers)), f"{number.name}: a worker is left")


def a_signal_at_any_moment_leaves_a_valid_report(folder, port):
    inventory = inventory_of(folder, port, 3)
    chance = random.Random(4)
    for _ in range(20):
        process = start(folder, "check", "-i", inventory, "--format", "json", "--record",
                        Path(folder, "recordings"))
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(chance.choice(SIGNALS))
        output, _ = process.communicate(timeout=30)
        check(process.returncode in (1, 2) or process.returncode < 0,
              f"exit code {process.returncode}")
        if process.returncode >= 0:
            check(json.loads(output).get("partial") is True, "not marked as partial")
        partial = list(Path(folder).rglob("*.partial"))
        check(not partial, f"left: {partial}")
        shutil.rmtree(Path(folder, "recordings"), ignore_errors=True)


def a_second_signal_ends_at_once(folder, port):
    process = start(folder, "check", "-i", inventory_of(folder, port, 3))
    workers = wait_for_workers(process, 3)
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    check(process.returncode == 128 + signal.SIGINT, f"exit code {process.returncode}")
    time.sleep(0.1)
    check(not any(map(is_alive, workers)), "a worker is left")


def workers_die_with_the_run(folder, port):
    process = start(folder, "check", "-i", inventory_of(folder, port, 3))
    workers = wait_for_workers(process, 3)
    process.kill()
    process.communicate(timeout=10)
    time.sleep(0.1)
    check(workers and not any(map(is_alive, workers)), "a worker is left")


def collecting_can_be_interrupted_too(folder, port):
    process = start(folder, "collect", "-i", inventory_of(folder, port), "-o", "out")
    wait_for_workers(process, 1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    check(process.returncode == 2, f"exit code {process.returncode}")
    names = sorted(path.name for path in Path(folder, "out").iterdir())
    check(names == ["CONF1.json", "CONF2.json"], f"written: {names}")
    why = json.loads(Path(folder, "out/CONF2.json").read_text())["coverage"]
    check("SIGTERM" in why[0]["why"], "the snapshot does not say why")


def a_silent_node_costs_its_deadline_only(folder, port):
    process = start(folder, "check", "-i", inventory_of(folder, port, 8), "--deadline", "1",
                    "--format", "json")
    began = time.monotonic()
    output, errors = process.communicate(timeout=30)
    check(0.9 < time.monotonic() - began < 4, f"took {time.monotonic() - began:.1f} s")
    report = json.loads(output)
    check("partial" not in report and process.returncode in (1, 2), "a deadline is no interrupt")
    check(errors.count(b"not reached after") == 8 and errors.count(b"CONF1 done") == 8,
          f"progress: {errors!r}")


def the_overall_deadline_ends_the_run(folder, port):
    began = time.monotonic()
    process = start(folder, "check", "-i", inventory_of(folder, port, 3), "--overall-deadline",
                    "1", "--jobs", "1", "--format", "json")
    output, _ = process.communicate(timeout=30)
    check(time.monotonic() - began < 4, f"took {time.monotonic() - began:.1f} s")
    judge_partial(output, process.returncode, folder, "overall deadline")


def a_terminal_has_one_line_that_goes_away(folder, port):
    try:
        outer, inner = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        check(not os.environ.get("CI"), f"no terminal to be had: {error}")
        print(f"not checked: no terminal to be had: {error}")
        return
    process = start(folder, "check", "-i", inventory_of(folder, port), "--deadline", "1",
                    errors=inner)
    process.communicate(timeout=30)
    os.close(inner)
    shown = os.read(outer, 65536).decode()
    os.close(outer)
    check("of 2 nodes done" in shown and "slowest CONF2" in shown, f"progress: {shown!r}")
    check("\n" not in shown and shown.endswith("\r\033[K"), f"the line stays: {shown!r}")


def wrong_values_are_usage_errors(folder, port):
    inventory = inventory_of(folder, port)
    for words in (("--jobs", "0"), ("--jobs", "513"), ("--jobs", "x"), ("--deadline", "0"),
                  ("--deadline", "1.5"), ("--overall-deadline", "-1")):
        process = start(folder, "check", "-i", inventory, *words)
        process.communicate(timeout=30)
        check(process.returncode == 64, f"{words}: exit code {process.returncode}")


TESTS = (
    an_interrupted_run_reports_what_is_there,
    a_signal_at_any_moment_leaves_a_valid_report,
    a_second_signal_ends_at_once,
    workers_die_with_the_run,
    collecting_can_be_interrupted_too,
    a_silent_node_costs_its_deadline_only,
    the_overall_deadline_ends_the_run,
    a_terminal_has_one_line_that_goes_away,
    wrong_values_are_usage_errors,
)


def main():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)  # the kernel accepts, and nobody speaks
        for test in TESTS:
            before = len(problems)
            with tempfile.TemporaryDirectory() as folder:
                test(folder, silent.getsockname()[1])
            print(f"{'ok' if len(problems) == before else 'not ok'} {test.__name__}", flush=True)
    for problem in problems:
        print(f"failed: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
