#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The session of the transport "openssh": the system's ssh client against the machine's own sshd.

openssh_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: BUILD (folder of tests/cli/openssh_run, the program that is driven). Exit code 77: there
is no ssh or no sshd.
"""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

from sshd import (KINDS, SSH, SSHD, USER, falling_silent, free_port, in_lots, in_turn, keygen, public,
                  sshd)

RUN = os.environ.get("BUILD", "build") + "/tests/cli/openssh_run"
CANARY = b"canary-0123456789-canary-0123456"  # 32 bytes
PASSPHRASE = "a passphrase of the tests"
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class World:
    """Keys, a server's address, a configuration of ssh; made anew for each check but for the keys."""

    def __init__(self, folder, keys):
        self.folder, self.keys = Path(folder), keys
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir(mode=0o700)
        (self.folder / "bin").mkdir()
        self.authorized = self.write("authorized", "".join(
            public(keys / f"user_{kind}") + "\n" for kind in KINDS))
        self.config = self.write("ssh_config", "")
        # The account's own configuration is left alone: this one stands in its place.
        wrapper = self.write("bin/ssh", f"""#!/bin/sh
for word; do case $word in {self.runtime}/*/config)
    sed -i 's|^Include ".*/.ssh/config"|Include {self.config}|' "$word"
esac; done
exec {SSH} "$@"
""")
        wrapper.chmod(0o755)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def server(self, *lines, kinds=("ed25519",)):
        return sshd(self.folder, [self.keys / f"host_{kind}" for kind in kinds], self.authorized,
                    *lines)

    def know(self, port, kind="ed25519", key=None):
        self.write("known_hosts",
                   f"[127.0.0.1]:{port} {public(key or self.keys / f'host_{kind}')}\n")

    def start(self, address, command="printf hello", *options, seconds=10, key="user_ed25519",
              known="known_hosts", environment=None, **more):
        options = list(options)
        if known:
            options.append(f"known-hosts={self.folder / known}")
        if key:
            options.append(f"identity-file={self.keys / key}")
        env = {"HOME": str(self.folder), "PATH": f"{self.folder}/bin:/usr/bin:/bin",
               "XDG_RUNTIME_DIR": str(self.runtime), **(environment or {})}
        env.update({name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")})
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([RUN, address, str(seconds), command, *options], env=env,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def run(self, port, *words, user=USER, **more):
        begun = time.monotonic()
        output = self.start(f"{user}@127.0.0.1:{port}", *words, **more).communicate(timeout=60)[0]
        self.left_nothing()
        return Said(output.decode("utf-8", "replace"), time.monotonic() - begun)

    def clients(self):
        """Command lines of the ssh clients of this check that run now."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes()
                if words.startswith((b"ssh\0", SSH.encode() + b"\0")) and \
                        str(self.folder).encode() in words:
                    found.append(words)
        return found

    def left_nothing(self):
        for _ in range(50):
            if not self.clients() and not list(self.runtime.iterdir()):
                return
            time.sleep(0.02)
        raise AssertionError(f"left: {self.clients()} {list(self.runtime.rglob('*'))}")


class Said:
    def __init__(self, text, seconds):
        self.text, self.seconds = text, seconds

    def failed(self, *words):
        assert self.text.startswith("failed: "), f"expected a failure: {self.text}"
        for word in words:
            assert word in self.text, f"expected {word!r} in: {self.text}"

    def ran(self, code=0, output=None):
        assert self.text.startswith(f"exit {code}\n"), f"expected exit {code}: {self.text}"
        if output is not None:
            assert self.text.endswith(output), f"expected {output!r}: {self.text}"


def fingerprint(path):
    return subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], check=True, text=True,
                          capture_output=True).stdout.split()[1]


@contextlib.contextmanager
def silent_server():
    """Accepts, and says nothing."""
    held = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    held.append(listening.accept()[0])
        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


# --- what works ---------------------------------------------------------------------------------

@check
def a_command_runs_and_says_what_it_printed(world):
    with world.server() as port:
        world.know(port)
        world.run(port, "printf hello; printf oops >&2", "show=yes").ran(0, "errors 4\nhello")


@check
def every_type_of_key_logs_in(world):
    with world.server() as port:
        world.know(port)
        for kind in KINDS:
            world.run(port, key=f"user_{kind}").ran()


def secret_pipe(secret):
    reading, writing = os.pipe()
    os.write(writing, secret.encode() + b"\n")
    os.close(writing)
    return reading


@check
def an_encrypted_key_gets_its_passphrase_and_nobody_sees_it(world):
    key = keygen(world.folder / "encrypted", "rsa", PASSPHRASE)
    world.authorized.write_text(public(key) + "\n")
    with world.server() as port:
        world.know(port)
        world.run(port, key=key).failed("Permission denied")
        for secret, words in ((PASSPHRASE, "exit 0\n"), ("another", "Permission denied")):
            reading = secret_pipe(secret)
            process = world.start(f"{USER}@127.0.0.1:{port}", "printf hello",
                                  f"passphrase-from=fd:{reading}", key=key, pass_fds=[reading])
            os.close(reading)
            while process.poll() is None:
                assert not list(seen_by_others([PASSPHRASE.encode()]))
                time.sleep(0.001)
            output = process.communicate()[0].decode()
            assert words in output and secret not in output, output
            world.left_nothing()


@check
def the_program_that_answers_ssh_says_nothing_unasked(world):
    for question in (["Enter PIN for key: "], ["Enter admin@host's old password: "], []):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(b"pone\nwtwo\n")
            ours.shutdown(socket.SHUT_WR)
            for words, code, answer in ((question, 1, b""),
                                        (["Enter passphrase for key 'k': "], 0, b"one\n"),
                                        (["Enter passphrase for key 'k': "], 1, b""),
                                        (["admin@host's password: "], 0, b"two\n"),
                                        (["admin@host's password: "], 1, b"")):
                done = subprocess.run([RUN, *words], stdin=theirs, capture_output=True,
                                      env={"STANDBY_ANSWERS_SSH": "1"}, check=False)
                assert (done.returncode, done.stdout) == (code, answer), (words, done)


@check
def a_host_that_has_only_an_rsa_key_is_reached(world):
    with world.server(kinds=["rsa"]) as port:
        world.know(port, "rsa")
        world.run(port).ran()


@check
def exit_codes_pass(world):
    with world.server() as port:
        world.know(port)
        for code in (1, 77, 254, 255):
            world.run(port, f"exit {code}").ran(code)


@check
def input_arrives_whole_with_the_key_on_a_line_of_its_own(world):
    with world.server() as port:
        world.know(port)
        process = world.start(f"{USER}@127.0.0.1:{port}", "cat", "input=script\n", "key=stdin",
                              "show=yes", stdin=subprocess.PIPE)
        output = process.communicate(CANARY.hex().encode() + b"\n", timeout=30)[0].decode()
        Said(output, 0).ran(0, f"errors 0\nscript\n{CANARY.hex()}\n")


@check
def five_megabytes_come_whole(world):
    with world.server() as port:
        world.know(port)
        said = world.run(port, "head -c 5000000 /dev/zero; head -c 200000 /dev/zero >&2")
        said.ran()
        assert "output 5000000\nerrors 65536\n" in said.text, said.text


@check
def output_without_end_is_given_up(world):
    with world.server() as port:
        world.know(port)
        world.run(port, "cat /dev/zero", seconds=50).failed("more than 64 MB of output")


@check
def several_commands_go_over_one_connection(world):
    with world.server("MaxSessions 1") as port:
        world.know(port)
        said = world.run(port, "printf '%s ' $SSH_CONNECTION; echo", "repeat=4", "show=yes")
        over_one_connection(said, 4)


def over_one_connection(said, count):
    places = set(re.findall(r"127\.0\.0\.1 \d+ 127", said.text))
    assert said.text.count("exit 0\n") == count and len(places) == 1, said.text


@check
def a_session_that_is_not_cleared_away_yet_is_waited_for(world):
    """The server gets the end of one and the beginning of the next at once."""
    with world.server("MaxSessions 1") as port, in_lots(port) as late:
        world.know(late)
        said = world.run(late, "printf '%s ' $SSH_CONNECTION; echo", "repeat=4", "show=yes",
                         seconds=30)
        over_one_connection(said, 4)


@check
def the_configuration_leads_through_a_jump_host(world):
    with world.server() as port:
        world.know(port)
        world.config.write_text(
            f"Host jump\n HostName 127.0.0.1\n Port {port}\n User {USER}\n"
            f" IdentityFile {world.keys}/user_ed25519\n"
            f"Host far\n HostName 127.0.0.1\n Port {port}\n User {USER}\n ProxyJump jump\n"
            f"Host *\n UserKnownHostsFile {world.folder}/known_hosts\n")
        process = world.start("far", "printf hello", "show=yes", known=None)
        seen = []
        while process.poll() is None:
            seen += world.clients()
            time.sleep(0.005)
        Said(process.communicate()[0].decode(), 0).ran(0, "hello")
        assert any(b"-W" in words for words in seen), "no jump was seen"
        world.left_nothing()


@check
def what_the_user_configured_does_not_weaken_the_check(world):
    with world.server() as port:
        world.know(port, key=world.keys / "stranger")
        world.config.write_text("StrictHostKeyChecking no\nNoHostAuthenticationForLocalhost yes\n"
                                "UserKnownHostsFile /dev/null\nRemoteCommand echo other\n")
        world.run(port).failed("host key verification failed")
        world.know(port)
        world.run(port, "printf hello", "show=yes").ran(0, "hello")


@check
def what_the_client_says_is_told_from_what_the_command_says(world):
    with world.server("MaxSessions 0") as port:
        world.know(port)
        world.run(port).failed("could not run a command on its connection", "refused")


# --- what fails ---------------------------------------------------------------------------------

@check
def a_changed_host_key_is_refused_with_both_and_what_to_do(world):
    with world.server() as port:
        world.know(port, key=world.keys / "stranger")
        said = world.run(port)
        said.failed("host key verification failed", "known_hosts:1", "console",
                    fingerprint(world.keys / "host_ed25519"))


@check
def an_unknown_host_is_refused_with_what_to_do(world):
    with world.server() as port:
        world.write("known_hosts", "")
        said = world.run(port)
        said.failed("No ED25519 host key is known", "console", "the server sent ssh-ed25519 SHA256:",
                    fingerprint(world.keys / "host_ed25519"))
        assert not (world.folder / "known_hosts").read_text(), "known_hosts was written"


@check
def a_revoked_key_is_refused(world):
    with world.server() as port:
        world.know(port)
        known = world.folder / "known_hosts"
        known.write_text(known.read_text() + "@revoked " + known.read_text())
        said = world.run(port)
        said.failed("is marked as revoked", "give it a new host key")
        assert "put it into known_hosts" not in said.text, said.text


@check
def asking_once_more_why_it_failed_is_no_login(world):
    more = ("LogLevel VERBOSE", "PasswordAuthentication yes", "KbdInteractiveAuthentication no")
    for password in (), ("password-from=fd:0",):
        # ssh ends without a word; the connection after that meets a server that would let it in.
        with world.server(*more) as right, world.server(*more, "Ciphers 3des-cbc") as wrong, \
                in_turn(wrong, right) as port:
            world.know(port)
            with open(world.write("password", "synthetic-wrong\n"), encoding="utf-8") as secret:
                world.run(port, "true", *password, stdin=secret).failed("Permission denied")
        log = (world.folder / "sshd.log").read_text()
        assert "Connection closed by authenticating user" in log, log
        assert "Failed" not in log and "Accepted" not in log, log


@check
def a_refused_connection_says_so(world):
    world.write("known_hosts", "")
    world.run(free_port()).failed("Connection refused")


@check
def what_ssh_keeps_to_itself_is_asked_for(world):
    with world.server("Ciphers 3des-cbc") as port:
        world.know(port)
        world.run(port).failed("no matching cipher found", "3des-cbc")


@check
def a_silent_server_costs_the_deadline(world):
    world.write("known_hosts", "")
    for seconds in (1, 3):
        with silent_server() as port:
            said = world.run(port, seconds=seconds)
        said.failed()
        assert "timed out" in said.text or "deadline" in said.text, said.text
        assert said.seconds < seconds + 1, said.seconds


@check
def a_server_that_falls_silent_during_login_costs_the_deadline(world):
    with world.server() as target:
        # While it is reached, then while it is offered the key.
        for spared, turns in ((0, 5), (1, 5), (1, 6)):
            with falling_silent(target, turns, spared) as port:
                world.know(port)
                said = world.run(port, "true", "sessions=2", seconds=2)
            first, second = said.text.splitlines()[:2]
            assert "deadline" in first or "timed out" in first, said.text
            assert "not tried again" not in second, said.text


@check
def a_command_that_hangs_costs_the_deadline(world):
    with world.server() as port:
        world.know(port)
        said = world.run(port, "sleep 60", seconds=2)
        said.failed("deadline passed")
        assert said.seconds < 3, said.seconds


@check
def a_refused_key_says_so_and_is_not_tried_again(world):
    with world.server() as port:
        world.know(port)
        said = world.run(port, "true", "sessions=2", key="stranger")
        said.failed("Permission denied (publickey", "keys, agent and tickets only")
        assert "is not tried again" in said.text.splitlines()[1], said.text


@check
def a_jump_host_that_refuses_is_not_tried_again(world):
    with world.server() as port:
        world.know(port)
        world.config.write_text(
            f"Host jump\n HostName 127.0.0.1\n Port {port}\n User {USER}\n"
            f" IdentityFile {world.keys}/stranger\n IdentitiesOnly yes\n"
            f" UserKnownHostsFile {world.folder}/known_hosts\n"
            f"Host 127.0.0.1\n ProxyJump jump\n")
        said = world.run(port, "true", "sessions=2")
        said.failed("Permission denied (publickey")
        assert "try again" not in said.text, "passwords were sent: " + said.text
        assert "is not tried again" in said.text.splitlines()[1], said.text


@check
def a_dead_node_holds_no_other_up(world):
    with world.server() as port, silent_server() as dead:
        world.know(port)
        said = world.run(port, "true", f"beside={USER}@127.0.0.1:{dead}", seconds=8)
        said.ran()
        assert said.seconds < 3, said.seconds


@check
def once_an_account_works_one_connection_is_enough(world):
    with world.server("LogLevel VERBOSE") as port:
        world.know(port)
        world.run(port, "true", "sessions=3")
        log = (world.folder / "sshd.log").read_text()
        assert log.count("Connection from 127.0.0.1") == 5, log  # one is the test's own


@check
def a_connection_that_is_lost_says_so(world):
    with world.server() as port:
        world.know(port)
        world.run(port, "kill -9 $(ps -o ppid= -p $PPID) $PPID; sleep 5").failed(
            "connection was lost")


@check
def no_ssh_client_is_a_failure_of_the_node(world):
    (world.folder / "bin/ssh").unlink()
    world.run(1, environment={"PATH": str(world.folder)}).failed("ssh cannot be run")


# --- what is left and what can be seen -----------------------------------------------------------

def seen_by_others(needles):
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                content = (process / name).read_bytes()
                yield from (needle for needle in needles if needle in content)


@check
def the_key_is_in_no_argument_no_environment_and_no_file(world):
    needles = [CANARY, CANARY.hex().encode(), CANARY.hex().upper().encode()]
    with world.server() as port:
        world.know(port)
        process = world.start(f"{USER}@127.0.0.1:{port}", "cat >/dev/null; sleep 1", "key=stdin",
                              stdin=subprocess.PIPE)
        process.stdin.write(needles[1] + b"\n")
        process.stdin.close()
        looks = 0
        while process.poll() is None:
            assert not list(seen_by_others(needles))
            for path in files_below(world.runtime):
                with contextlib.suppress(OSError):
                    data = path.read_bytes()
                    assert not any(needle in data for needle in needles), path
            looks += 1
        assert looks > 3
        output = process.stdout.read()
        assert output.startswith(b"exit 0\n"), output
        assert not any(needle in output for needle in needles)


def files_below(folder):
    """Of one that others change meanwhile."""
    return [Path(place, name) for place, _, names in os.walk(folder) for name in names
            if Path(place, name).is_file()]


def end_at(world, port, number, seconds):
    process = world.start(f"{USER}@127.0.0.1:{port}", "sleep 20", seconds=30)
    time.sleep(seconds)
    process.send_signal(number)
    begun = time.monotonic()
    output = process.communicate(timeout=20)[0].decode()
    assert time.monotonic() - begun < 3
    return output


@check
def a_signal_at_any_moment_leaves_nothing(world):
    with world.server() as port:
        world.know(port)
        for number in (signal.SIGTERM, signal.SIGINT):
            for seconds in (0.1, 0.2, 0.3, 0.5, 1):
                output = end_at(world, port, number, seconds)
                assert f"stopped by {number.name}" in output, output
                world.left_nothing()


@check
def a_run_that_is_killed_leaves_no_process(world):
    with world.server() as port:
        world.know(port)
        for seconds in (0.1, 0.3, 1):
            end_at(world, port, signal.SIGKILL, seconds)
            time.sleep(0.3)
            assert not world.clients(), world.clients()
            assert not [path for path in world.runtime.rglob("*") if path.is_socket()]


# --- running ------------------------------------------------------------------------------------

def main():
    if not SSH or not SSHD:
        print("skipped: no ssh or no sshd here")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory(prefix="osh-", dir="/tmp") as folder:
        keys = Path(folder) / "keys"
        keys.mkdir()
        for kind in KINDS:
            keygen(keys / f"host_{kind}", kind)
            keygen(keys / f"user_{kind}", kind)
        keygen(keys / "stranger", "ed25519")
        for number, function in enumerate(CHECKS):
            name = function.__name__
            if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
                continue
            place = Path(folder) / str(number)
            place.mkdir()
            begun = time.monotonic()
            try:
                function(World(place, keys))
                print(f"ok {name} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Exception:  # one check must not end the others
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    return 1 if failed else 0


sys.exit(main())
