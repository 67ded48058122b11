#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""standby over the system's ssh client: nodes behind the machine's real sshd and a jump host, with
certificates of host and user; a stand-in plays the nodes' shell.

openssh_node_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: STANDBY, the program. Exit code 77: there is no ssh or no sshd.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from live_world import CONFERENCING, NODES, World, expected_of
from sshd import SSH, SSHD, USER, keygen, public, sshd

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Room(World):
    """A world whose ssh reads the test's configuration in place of the account's own."""

    def __init__(self, folder, keys):
        super().__init__(folder, keys)
        self.config = self.write("ssh_config", "")
        (self.folder / "bin").mkdir()
        self.write("bin/ssh", f"""#!/bin/sh
for word; do case $word in {self.folder}/run/*/config)
    sed -i 's|^Include ".*/.ssh/config"|Include {self.config}|' "$word"
esac; done
exec {SSH} "$@"
""").chmod(0o755)
        self.environment["PATH"] = f"{self.folder}/bin:/usr/bin:/bin"

    @contextlib.contextmanager
    def gate(self, *lines):
        """A jump host, which opens connections to others and nothing else."""
        with sshd(self.folder, [self.keys / "host"], self.authorized, "LogLevel VERBOSE",
                  "ForceCommand false", *lines) as port:
            yield port

    def configure(self, ports, gate, *more):
        """conf1, conf2 ... behind the jump host."""
        hosts = [f"Host {name.lower()}\n HostName 127.0.0.1\n Port {port}\n ProxyJump gate\n"
                 for name, port in zip(NODES, ports)]
        self.config.write_text("\n".join([
            *hosts, f"Host gate\n HostName 127.0.0.1\n Port {gate}\n", "Host *", *more]) + "\n")

    def far(self, name, **more):
        return {"name": name, "openssh": f"{USER}@{name.lower()}", **more}

    def left_nothing(self):
        super().left_nothing()
        assert not list((self.folder / "run").iterdir()), list((self.folder / "run").rglob("*"))


@contextlib.contextmanager
def pair(room, *lines, **more):
    """The servers of CONF1 and CONF2; yields their ports."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(room.server(
            {"*": room.node("conferencing-2003", name, CONFERENCING[name], **more)}, *lines))
            for name in NODES]


def without_time(snapshot):
    """What a node said: not when, by which way, and with which key."""
    numbers = {}
    snapshot = {name: value for name, value in snapshot.items() if name != "collected"}
    return re.sub("hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}",
                  lambda one: f"fingerprint {numbers.setdefault(one[0], len(numbers))}",
                  re.sub('"source": "[^"]*"', "", json.dumps(snapshot)))


@check
def certificates_and_a_jump_host_give_the_very_snapshot(room):
    keys, only = room.keys, room.write("nobody", "")
    with pair(room) as ports:
        direct = [room.live(name, "127.0.0.1", port) for name, port in zip(NODES, ports)]
        near = room.collect(room.inventory([direct]), "near")
    room.authorized = only  # keys of their own are not enough any more
    room.write("known_hosts", f"@cert-authority * {public(keys / 'authority')}\n")
    certified = (f"HostCertificate {keys}/host-cert.pub", f"TrustedUserCAKeys {keys}/authority.pub")
    with pair(room, *certified) as ports, room.gate(*certified) as gate:
        room.configure(ports, gate, f"IdentityFile {keys}/user", "IdentitiesOnly yes",
                       f"CertificateFile {keys}/certified/user-cert.pub")
        inventory = room.inventory([[room.far(name) for name in NODES]])
        far = room.collect(inventory, "far")
        run = room.check(inventory)
        log = (room.folder / "sshd.log").read_text()
    assert "Accepted certificate" in log or "ED25519-CERT" in log, log
    assert run.verdicts() == expected_of("conferencing-2003")
    assert "by the ssh client" not in json.dumps(near)
    for name in NODES:
        assert without_time(far[name]) == without_time(near[name]), name
        assert "hmac-sha256" in json.dumps(far[name])


@check
def known_hosts_of_the_command_line_are_for_the_jump_host_too(room):
    key = public(room.keys / "host")
    with pair(room) as ports, room.gate() as gate:
        everything = room.write("everything", f"* {key}\n")
        room.configure(ports, gate, f"IdentityFile {room.keys}/user",
                       f"UserKnownHostsFile {everything}")
        node_lines = "".join(f"[127.0.0.1]:{port} {key}\n" for port in ports)
        gate_line = f"[127.0.0.1]:{gate} {key}\n"
        inventory = room.inventory([[room.far(name) for name in NODES]])
        room.write("known_hosts", node_lines)
        run = room.check(inventory)
        assert run.code == 69 and b"ost key" in run.output, (run.code, run.output)
        room.write("known_hosts", node_lines + gate_line)
        assert room.check(inventory).code == 1
        # The node's own file is not asked about the jump host.
        own = room.write("own", node_lines)
        room.write("known_hosts", gate_line)
        inventory = room.inventory([[room.far(name, **{"known-hosts": str(own)})
                                     for name in NODES]])
        assert room.check(inventory).code == 1


@check
def a_jump_host_that_refuses_is_told_from_the_node_and_asked_once(room):
    with pair(room) as ports, room.gate() as gate:
        room.configure(ports, gate, f"IdentityFile {room.keys}/user")
        with open(room.config, "r+", encoding="utf-8") as file:
            text = file.read()
            file.seek(0)
            file.write(f"Host gate\n User gatekeeper\n IdentityFile {room.keys}/stranger\n"
                       " IdentitiesOnly yes\n" + text)
        nodes = [dict(room.far("CONF1"), name=f"N{number}",
                      openssh=f"{USER}@conf{number % 2 + 1}:{ports[number % 2]}")
                 for number in range(2)]
        direct = room.live("CONF1", "127.0.0.1", ports[0])
        run = room.check(room.inventory([[*nodes, direct]]))
        log = (room.folder / "sshd.log").read_text()
    reasons = {next(iter(finding["nodes"])): json.dumps(finding)
               for finding in run.report["clusters"][0]["findings"]
               if finding["rule"] == "node_reached" and finding["verdict"] != "kept"}
    first, second = sorted(reasons.values(), key=lambda text: "not tried again" in text)
    assert sorted(reasons) == ["N0", "N1"], reasons
    assert "a host on the way (ProxyJump) refused the login" in first, first
    assert "gatekeeper@127.0.0.1: Permission denied (publickey" in first, first
    assert "the account gatekeeper was refused by a host on the way to N" in second, second
    assert log.count("Invalid user gatekeeper") == 1, log


@check
def a_host_behind_a_proxy_command_gets_no_empty_password(room):
    asking = ("PasswordAuthentication yes", "KbdInteractiveAuthentication no")
    with pair(room) as ports, room.gate(*asking) as gate:
        # The account's own command, which no option of ours reaches: this ssh asks for passwords.
        way = f"{SSH} -F none -o UserKnownHostsFile={room.folder}/known_hosts -p {gate} -W %h:%p"
        for user, extra in (("nosuch", {}), ("nosuch", {"password-from": "fd:0"})):
            room.config.write_text("".join(
                f"Host {name.lower()}\n HostName 127.0.0.1\n Port {port}\n"
                f" ProxyCommand {way} {user}@127.0.0.1\n" for name, port in zip(NODES, ports)))
            inventory = room.inventory([[room.far(name, **extra) for name in NODES]])
            with open(room.write("password", "synthetic-wrong\n"), encoding="utf-8") as secret:
                run = room.check(inventory, stdin=secret)
            log = (room.folder / "sshd.log").read_text()
            assert run.code == 69 and b"nosuch@127.0.0.1's password" in run.output, run.output
            assert "Invalid user nosuch" in log and "Failed" not in log, log
        # One that needs no password is as good as any.
        room.config.write_text(room.config.read_text().replace(
            "nosuch@", f"-i {room.keys}/user {USER}@") + f"Host *\n IdentityFile {room.keys}/user\n")
        assert room.check(room.inventory([[room.far(name) for name in NODES]])).code == 1


@check
def a_worker_that_is_killed_leaves_nothing(room):
    for moment in ("config", "ssh"):  # of the files in its folder: while it connects, afterwards
        with pair(room, pause=2) as ports:
            nodes = [dict(room.live(name, "127.0.0.1", port), name=name)
                     for name, port in zip(NODES, ports)]
            for node in nodes:
                node["openssh"] = node.pop("ssh")
            process = room.start("check", room.inventory([nodes]), "--format", "json")
            killed = kill_one(process, room.folder / "run", moment)
            output, errors = process.communicate(timeout=60)
        assert b"was ended by SIGKILL" in output, (killed, output, errors)
        room.left_nothing()
        for _ in range(100):
            left = clients(room.folder)
            if not left:
                break
            time.sleep(0.02)
        assert not left, left


def kill_one(process, runtime, name):
    """The first worker in whose folder that file appears."""
    while process.poll() is None:
        for path in runtime.glob(f"standby-*-*/{name}"):
            pid = int(path.parent.name.rsplit("-", 1)[1])
            os.kill(pid, signal.SIGKILL)
            return pid
        time.sleep(0.002)
    raise AssertionError("no worker had a folder")


def clients(folder):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes()
            if words.startswith((b"ssh\0", SSH.encode() + b"\0")) and str(folder).encode() in words:
                found.append(words)
    return found


# --- running --------------------------------------------------------------------------------------

def make_keys(folder):
    folder.mkdir()
    for name in ("host", "user", "stranger", "encrypted", "authority"):
        keygen(folder / name, "ed25519")
    for words in (["-h", "-n", "127.0.0.1,conf1,conf2,gate", folder / "host.pub"],
                  ["-n", USER, folder / "user.pub"]):
        subprocess.run(["ssh-keygen", "-q", "-s", folder / "authority", "-I", "test", *words],
                       check=True)
    # Where a certificate lies beside its key the transport "ssh" takes the client, too.
    (folder / "certified").mkdir()
    (folder / "user-cert.pub").rename(folder / "certified/user-cert.pub")
    return folder


def main(wanted):
    if not SSH or not SSHD:
        print("skipped: no ssh or no sshd here")
        return 77
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="osn-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")
        for number, function in enumerate(CHECKS):
            name = function.__name__
            if wanted and not any(word in name for word in wanted):
                continue
            place, begun = Path(folder) / str(number), time.monotonic()
            place.mkdir()
            try:
                function(Room(place, keys))
                print(f"ok {name} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Exception:  # one check must not end the others
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
            shutil.rmtree(place, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
