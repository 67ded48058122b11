#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What standby recorded of two Windows-like nodes, beside what the programs bring that people use
for such errands: ssh in a loop, pssh, clush and ansible -m raw send the very same lines to the very
same nodes and must bring the very same bytes."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import windows
import wine_test

NODES = ("CONF1", "CONF2")
PROBES = ("dcom_machine", "subauthentication", "os_version")
PEERS = ("ssh", "parallel-ssh", "clush", "ansible")
LIMIT_S = 120


class World(wine_test.World):
    """The nodes, what standby recorded of them, and an ssh_config for the others."""

    def __init__(self, folder, nodes, temporary):
        super().__init__(folder, nodes, temporary)
        self.recorded = temporary / "recorded"
        self.standby("collect", "-i", self.over_ssh("CONF2"), "-o", temporary / "snapshots",
                     "--record", self.recorded)
        self.config = temporary / "ssh_config"
        self.config.write_text("".join(
            f"Host {name}\n  HostName 127.0.0.1\n  Port {node.port}\n"
            for name, node in nodes.items()) + "\n".join([
                "Host *", f"  User {windows.USER}", f"  IdentityFile {folder}/user_key",
                "  IdentitiesOnly yes", "  BatchMode yes", "  StrictHostKeyChecking yes",
                f"  UserKnownHostsFile {folder}/home/.ssh/known_hosts", "  LogLevel ERROR", ""]),
            encoding="ascii")
        self.hosts = temporary / "hosts"
        self.hosts.write_text("".join(name + "\n" for name in NODES), encoding="ascii")

    def replies(self, name):
        """{line: bytes} of what standby sent to a node and got, in the probes named above."""
        folder = self.recorded / name
        recording = json.loads((folder / "recording.json").read_text(encoding="utf-8"))
        return {reply["request"]: (folder / reply["file"]).read_bytes()
                for reply in recording["replies"] if reply["probe"] in PROBES}

    def lines(self):
        lines = [set(self.replies(name)) for name in NODES]
        wine_test.expect_equal(lines[1], lines[0], "lines sent")
        wine_test.expect_equal(len(lines[0]) >= len(PROBES), True, "one line for each probe")
        return sorted(lines[0])

    def call(self, words):
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.temporary), "LANG": "C.UTF-8",
            "ANSIBLE_SSH_ARGS": f"-F {self.config}", "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_SSH_USETTY": "False", "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCAL_TEMP": str(self.temporary / "ansible")}
        done = subprocess.run(list(map(str, words)), env=environment, capture_output=True,
                              timeout=LIMIT_S, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise AssertionError(f"{words[0]}: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def compare(self, bring):
        """`bring` gives {node: bytes} for a line, in which only \\r\\n may have become \\n."""
        for line in self.lines():
            brought = bring(line)
            for name in NODES:
                wine_test.expect_equal(brought[name].replace(b"\r\n", b"\n").strip(b"\n"),
                                       self.replies(name)[line].replace(b"\r\n", b"\n").strip(b"\n"),
                                       f"answers of {name} to {line}")


# --- the tests ----------------------------------------------------------------------------------

def ssh_in_a_loop_brings_what_standby_recorded(world):
    for line in world.lines():
        for name in NODES:
            wine_test.expect_equal(world.call(["ssh", "-n", "-F", world.config, name, line]),
                                   world.replies(name)[line], f"answers of {name} to {line}")


def pssh_brings_what_standby_recorded(world):
    def bring(line):
        folder = world.temporary / "pssh"
        shutil.rmtree(folder, ignore_errors=True)
        world.call(["parallel-ssh", "-h", world.hosts, "-x", f"-F {world.config}", "-o", folder,
                    line])
        return {name: (folder / name).read_bytes() for name in NODES}
    world.compare(bring)


def clush_brings_what_standby_recorded(world):
    def bring(line):
        output = world.call(["clush", "-S", "-o", f"-F {world.config}", "--hostfile", world.hosts,
                             line])
        return {name: b"".join(part[len(name) + 2:] for part in output.splitlines(True)
                               if part.startswith(name.encode() + b": ")) for name in NODES}
    world.compare(bring)


def ansible_brings_what_standby_recorded(world):
    def bring(line):
        folder = world.temporary / "tree"
        shutil.rmtree(folder, ignore_errors=True)
        world.call(["ansible", "all", "-i", world.hosts, "-m", "raw", "-a", line, "-t", folder])
        return {name: json.loads((folder / name).read_bytes())["stdout"].encode()
                for name in NODES}
    world.compare(bring)


TESTS = [ssh_in_a_loop_brings_what_standby_recorded,
         pssh_brings_what_standby_recorded,
         clush_brings_what_standby_recorded,
         ansible_brings_what_standby_recorded]


def main():
    windows.skip_unless_possible()
    lacking = [name for name in PEERS if not shutil.which(name)]
    if lacking:
        print(f"not installed: {', '.join(lacking)} (make test-live installs it)")
        return 77
    wanted = {name: wine_test.wanted()[name] for name in NODES}
    with contextlib.ExitStack() as stack:
        folder, nodes = stack.enter_context(windows.nodes(**wanted))
        temporary = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        return windows.run_tests(TESTS, World(folder, nodes, temporary))


if __name__ == "__main__":
    sys.exit(main())
