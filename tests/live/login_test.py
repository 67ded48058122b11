#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Passwords: the machine's own sshd with PAM and accounts of the test's own, and asyncssh for what
that sshd never does. The accounts live in a private mount namespace: nobody else sees them.

login_test.py [NAME...]   runs the tests whose names hold one of these, or all

Environment: STANDBY, the program; BUILD, with tests/cli/ssh_run and openssh_run. Exit code 77: this
cannot be done here.
"""
import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/cli"), str(TOP / "tests/live")]
import windows  # noqa: E402
from live_world import NODES, World, CONFERENCING, expected_of  # noqa: E402
from live_faults_test import pipe_of, search, spellings  # noqa: E402
from sshd import SSHD, free_port, keygen, sshd  # noqa: E402

warnings.simplefilter("ignore")  # of old ciphers in libraries of asyncssh
try:
    import asyncssh
except ImportError:
    asyncssh = None

INSIDE = "--inside"
RIGHT, WRONG = "Kanarie 7 <&> Zeisig", "Gimpel 8 \"%\" Fink"
ACCOUNTS = {"svc": 1, "late": 0}  # 0: must set a new password
PAM = """auth required pam_unix.so nodelay
account required pam_unix.so
password required pam_unix.so
session required pam_permit.so
"""
CLIENTS = {"ssh": TOP / os.environ.get("BUILD", "build") / "tests/cli/ssh_run",
           "openssh": TOP / os.environ.get("BUILD", "build") / "tests/cli/openssh_run"}
ONLY_PASSWORD = ("PasswordAuthentication yes", "KbdInteractiveAuthentication no",
                 "PubkeyAuthentication no")
ONLY_QUESTIONS = ("PasswordAuthentication no", "KbdInteractiveAuthentication yes",
                  "PubkeyAuthentication no")
TESTS = []


def test(function):
    TESTS.append(function)
    return function


# --- the namespace --------------------------------------------------------------------------------

def missing():
    if os.geteuid() != 0:
        return "only root can give sshd accounts with passwords (in a mount namespace of its own)"
    if not SSHD:
        return "there is no sshd (package openssh-server)"
    if asyncssh is None:
        return "there is no python3-asyncssh"
    tried = subprocess.run(["unshare", "--mount", "--propagation", "private", "true"],
                           capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no mount namespace can be made here"


def hashed(password):
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password.encode(),
                          capture_output=True, check=True).stdout.decode().strip()


def furnish(folder):
    """Own accounts, as root's: what runs behind them lies in folders that only root may read."""
    home = folder / "home"
    home.mkdir()
    lines, shadow = [f"root:x:0:0::{home}:/bin/sh", "sshd:x:100:65534::/run/sshd:/bin/false"], []
    for name, changed in ACCOUNTS.items():
        lines.append(f"{name}:x:0:0::{home}:/bin/sh")
        shadow.append(f"{name}:{hashed(RIGHT)}:{changed * 19000}:0:99999:7:::")
    (folder / "passwd").write_text("\n".join(lines) + "\n")
    (folder / "shadow").write_text("\n".join(["root:*:19000:0:99999:7:::", *shadow]) + "\n")
    (folder / "shadow").chmod(0o600)
    shutil.copytree("/etc/pam.d", folder / "pam.d", symlinks=True)
    (folder / "pam.d/sshd").write_text(PAM)
    for name, place in (("passwd", "/etc/passwd"), ("shadow", "/etc/shadow"),
                        ("pam.d", "/etc/pam.d")):
        subprocess.run(["mount", "--bind", folder / name, place], check=True)


class Room(World):
    """What live_world has, and accounts with passwords."""

    def __init__(self, folder, keys):
        super().__init__(folder, keys)
        self.number = 0

    @contextlib.contextmanager
    def sshd(self, *lines):
        with sshd(self.folder, [self.keys / "host"], self.authorized, *lines, "LogLevel VERBOSE",
                  pam="yes") as port:
            yield port

    def log(self):
        return (self.folder / "sshd.log").read_text()

    def attempts(self, word="Failed password"):
        return self.log().count(word)

    def said(self, client, port, *options, secret=RIGHT, user="svc", seconds=10, **more):
        """What the client's program printed."""
        with pipe_of(secret or "") as reading:
            source = [f"password-from=fd:{reading}"] if secret else []
            done = subprocess.run(
                [CLIENTS[client], f"{user}@127.0.0.1:{port}", str(seconds), "printf hello",
                 f"known-hosts={self.folder}/known_hosts", *source, *options],
                env={**self.environment, **more}, stdin=subprocess.DEVNULL, check=False,
                capture_output=True, timeout=60, pass_fds=[reading])
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert RIGHT not in text and WRONG not in text, text
        self.left_nothing()
        return text


def holds(text, *words):
    for word in words:
        assert word in text, f"expected {word!r} in: {text}"


# --- a server in Python ---------------------------------------------------------------------------

class Asking:
    """asyncssh's view of a login: `rounds` of questions (prompt, echo), what came back."""

    def __init__(self, rounds=(), silent=False):
        self.rounds, self.silent, self.answers = list(rounds), silent, []

    def connection_made(self, connection):
        pass

    def connection_lost(self, error):
        pass

    def debug_msg_received(self, *_):
        pass

    def begin_auth(self, _):
        return True

    def auth_completed(self):
        pass

    host_based_auth_supported = public_key_auth_supported = lambda self: False

    def password_auth_supported(self):
        return self.silent

    async def validate_password(self, _, password):
        self.answers.append([password])
        await asyncio.sleep(60)
        return False

    def kbdint_auth_supported(self):
        return bool(self.rounds)

    def get_kbdint_challenge(self, *_):
        return ("", "", "", self.rounds[0])

    def validate_kbdint_response(self, _, answers):
        self.answers.append(list(answers))
        if len(self.answers) < len(self.rounds):
            return ("", "", "", self.rounds[len(self.answers)])
        return False


class Counting(Asking):
    """Refuses keys and takes passwords, a while after each; knows how many waited at once."""

    def __init__(self):
        super().__init__(silent=True)
        self.alone, self.waiting, self.most = True, 0, 0

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, *_):
        return False

    async def validate_password(self, *_):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        if not self.answers:
            self.alone = self.alone and self.waiting == 1
        await asyncio.sleep(0.7)
        self.waiting -= 1
        self.answers.append([RIGHT])
        return True


@contextlib.contextmanager
def python_server(room, asking):
    port, started, loop = free_port(), threading.Event(), asyncio.new_event_loop()

    async def serve():
        await asyncssh.create_server(lambda: asking, "0.0.0.0", port,
                                     server_host_keys=[str(room.keys / "host")])
        started.set()

    def run():
        asyncio.set_event_loop(loop)
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


# --- one login ------------------------------------------------------------------------------------

@test
def the_right_password_logs_in(room):
    with room.sshd(*ONLY_PASSWORD) as port:
        for client in CLIENTS:
            holds(room.said(client, port, "show=yes"), "exit 0\n", "hello")
    assert room.attempts("Accepted password") == 2, room.log()


@test
def a_wrong_password_is_sent_once_in_a_run(room):
    with room.sshd(*ONLY_PASSWORD) as port:
        for number, client in enumerate(CLIENTS, 1):
            text = room.said(client, port, "sessions=3", secret=WRONG)
            assert text.count("was refused by NODE in this run") == 2, text
            assert room.attempts() == number, room.log()
        holds(room.said("ssh", port, secret=WRONG), "the password: refused")
        holds(room.said("openssh", port, secret=WRONG), "Permission denied", "and the password")


@test
def answers_to_questions_log_in(room):
    with room.sshd(*ONLY_QUESTIONS) as port:
        holds(room.said("ssh", port), "exit 0\n", "hello")
    assert room.attempts("Accepted keyboard-interactive/pam") == 1, room.log()


@test
def a_wrong_answer_is_sent_once_in_a_run(room):
    with room.sshd(*ONLY_QUESTIONS) as port:
        text = room.said("ssh", port, "sessions=2", secret=WRONG)
    holds(text, "the password: refused", "was refused by NODE in this run")
    assert room.attempts("Failed keyboard-interactive/pam") == 1, room.log()


@test
def the_ssh_client_answers_no_questions_and_says_so(room):
    with room.sshd(*ONLY_QUESTIONS) as port:
        holds(room.said("openssh", port), "takes no password in this way", 'the source "ssh"')
    assert room.attempts("Failed keyboard-interactive/pam") == 0, room.log()


@test
def of_several_questions_the_first_hidden_one_gets_the_password(room):
    more, none = "the server asked for more", "but none for a password"
    cases = (([[("Password: ", False), ("Code: ", False)]], [[RIGHT, ""]], more),
             ([[("User: ", True), ("Password: ", False)]], [["", RIGHT]], more),
             ([[("Name: ", True), ("Place: ", True)]], [["", ""]], none),
             ([[("Password: ", False)], [("Again: ", False)]], [[RIGHT], [""]], more),
             ([[("Password: ", False)]], [[RIGHT]], "the password: refused (the server"))
    for rounds, answers, words in cases:
        asking = Asking(rounds)
        with python_server(room, asking) as port:
            holds(room.said("ssh", port), words)
        assert asking.answers == answers, asking.answers


@test
def an_expired_password_is_named_or_its_commands_fail(room):
    with room.sshd(*ONLY_QUESTIONS) as port:
        holds(room.said("ssh", port, user="late"), "login as late failed", "has it expired?")
    with room.sshd(*ONLY_PASSWORD) as port:
        for client in CLIENTS:
            text = room.said(client, port, user="late")
            assert "hello" not in text and not text.startswith("exit 0"), text


@test
def two_steps_are_gone_in_either_order(room):
    key = f"identity-file={room.keys}/user"
    for order in ("publickey,password", "password,publickey"):
        with room.sshd(f"AuthenticationMethods {order}") as port:
            for client in CLIENTS:
                holds(room.said(client, port, key, "show=yes"), "exit 0\n", "hello")
    with room.sshd("AuthenticationMethods publickey,keyboard-interactive") as port:
        holds(room.said("ssh", port, key), "exit 0\n", "hello")
    assert room.attempts() == 0, room.log()


@test
def a_second_step_that_fails_is_told_from_the_first(room):
    key = f"identity-file={room.keys}/user"
    with room.sshd("AuthenticationMethods publickey,password") as port:
        holds(room.said("ssh", port, key, secret=WRONG), "a first step was accepted",
              "the password: refused", "(the server takes: password)")
        holds(room.said("ssh", port, key, secret=None), "a first step was accepted",
              "(the server takes: password)")
        holds(room.said("openssh", port, key, secret=WRONG), "Permission denied (password)")
    assert room.attempts() == 2, room.log()
    with room.sshd("AuthenticationMethods password,publickey") as port:
        holds(room.said("ssh", port, f"identity-file={room.keys}/stranger"),
              "a first step was accepted", "stranger: refused", "(the server takes: publickey)")


@test
def each_kind_of_reference_gives_its_password(room):
    place = room.folder / "credentials"
    place.mkdir()
    (place / "ssh").write_text(RIGHT + "\n")
    pipe = room.folder / "pipe"
    os.mkfifo(pipe)
    with room.sshd(*ONLY_PASSWORD) as port:
        for client in CLIENTS:
            holds(room.said(client, port, "password-from=credential:ssh", secret=None,
                            CREDENTIALS_DIRECTORY=str(place)), "exit 0\n")
            writer = threading.Thread(target=pipe.write_text, args=(RIGHT + "\n",))
            writer.start()
            holds(room.said(client, port, f"password-from=pipe:{pipe}", secret=None), "exit 0\n")
            writer.join()


@test
def a_password_without_an_answer_counts_as_refused(room):
    for client in CLIENTS:
        asking = Asking(silent=True)
        with python_server(room, asking) as port:
            text = room.said(client, port, "sessions=2", seconds=6)
        holds(text, "no answer to the password within 3 s; that counts as refused",
              "was refused by NODE in this run")
        assert asking.answers == [[RIGHT]], (client, asking.answers)


@test
def what_the_ssh_client_cannot_take_is_said(room):
    with room.sshd(*ONLY_PASSWORD) as port:
        holds(room.said("openssh", port, secret="two\nlines"), "takes one line")
        holds(room.said("openssh", port, secret="x" * 1023), "up to 1022 bytes")
        holds(room.said("openssh", port, secret="x" * 1022), "Permission denied")


# --- whole runs -----------------------------------------------------------------------------------

def nodes_of(port, count, reading, sources=("ssh", "openssh"), users=("svc",)):
    return [{"name": f"N{number}", sources[number % len(sources)]:
             f"{users[number % len(users)]}@127.0.0.{number}:{port}",
             "password-from": f"fd:{reading}"} for number in range(1, count + 1)]


@contextlib.contextmanager
def many(room, nodes, *lines):
    """The stand-in for the nodes' shell on all addresses 127.x.y.z."""
    path = room.write("nodes/many", json.dumps(nodes))
    stand_in = TOP / "tests/cli/stand_in_shell.py"
    port = free_port()
    with room.sshd(f"ListenAddress 0.0.0.0:{port}", "MaxStartups 200", *lines,
                   f"ForceCommand exec /usr/bin/python3 -I -S {stand_in} {path}"):
        yield port


@test
def a_wrong_password_is_tried_once_for_twenty_nodes_and_both_clients(room):
    with many(room, {}, *ONLY_PASSWORD) as port, pipe_of(WRONG) as reading:
        inventory = room.inventory([nodes_of(port, 20, reading)])
        run = room.check(inventory, "--deadline", "20", pass_fds=[reading])
    assert room.attempts() == 1, room.log()
    held = sum("in this run and is not tried again" in json.dumps(finding)
               for finding in run.report["clusters"][0]["findings"]
               if finding["rule"] == "node_reached")
    assert run.code == 69 and held == 19, (run.code, held, run.errors)


@test
def the_first_node_goes_ahead_and_then_none_waits_for_another(room):
    counting = Counting()
    with python_server(room, counting) as port, pipe_of(RIGHT) as reading:
        nodes = [dict(node, **{"identity-file": str(room.keys / "stranger")})
                 for node in nodes_of(port, 12, reading, sources=("ssh",))]
        run = room.check(room.inventory([nodes]), "--deadline", "20", pass_fds=[reading])
    assert len(counting.answers) == 12, (counting.answers, run.errors)
    assert counting.alone, "another password was sent before the first was known to work"
    assert counting.most > 2, f"{counting.most} at once"


@test
def spellings_of_one_account_are_one_account(room):
    with many(room, {}, *ONLY_PASSWORD) as port, pipe_of(WRONG) as reading:
        nodes = nodes_of(port, 12, reading, users=("svc", "SVC", ".\\svc"))
        room.check(room.inventory([nodes]), "--deadline", "20", pass_fds=[reading])
    assert room.attempts() == 1, room.log()


def holder_of(process):
    """The worker that waits for an answer, while the others wait for it."""
    for _ in range(500):
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        polling = [int(pid) for pid in workers
                   if "poll" in Path(f"/proc/{pid}/wchan").read_text()]
        if len(polling) == 1:
            return polling[0]
        time.sleep(0.01)
    raise AssertionError("no worker holds the others up")


@test
def a_worker_that_is_killed_after_sending_its_password_was_refused(room):
    asking = Asking(silent=True)
    with python_server(room, asking) as port, pipe_of(RIGHT) as reading:
        nodes = nodes_of(port, 6, reading, sources=("ssh",))
        process = room.start("check", room.inventory([nodes]), "--deadline", "20", "--format",
                             "json", pass_fds=[reading])
        while not asking.answers and process.poll() is None:
            time.sleep(0.01)
        os.kill(holder_of(process), signal.SIGKILL)
        output, _ = process.communicate(timeout=60)
    assert asking.answers == [[RIGHT]], asking.answers
    assert output.count(b"was cut off with its password on the way") >= 5, output.decode()
    assert b"was ended by SIGKILL" in output


@test
def both_clients_give_the_same_snapshot_and_no_password_shows_anywhere(room):
    nodes = {f"127.0.0.{number}": room.node("conferencing-2003", name, CONFERENCING[name],
                                            pause=0.3) for number, name in enumerate(NODES, 1)}
    places, verdicts = {}, []
    with many(room, nodes, *ONLY_PASSWORD) as port:
        for source in CLIENTS:
            with pipe_of(RIGHT) as reading:
                live = [{"name": name, source: f"svc@{address}:{port}",
                         "password-from": f"fd:{reading}"} for name, address in zip(NODES, nodes)]
                run = room.check(room.inventory([live]), "--record", f"recordings-{source}", "-v",
                                 watch=True, pass_fds=[reading])
            assert run.code == 1, (run.code, run.errors, run.output)
            assert run.verdicts() == expected_of("conferencing-2003")
            verdicts.append(run.verdicts())
            places |= {f"{source}: output": run.output, f"{source}: messages": run.errors.encode()}
            places |= {f"{source}: process {number}": data for number, data in enumerate(run.seen)}
            assert any(b"--record" in data for data in run.seen), "the watch saw nothing"
            if source == "openssh":
                assert any(b"SSH_ASKPASS" in data for data in run.seen), "no ssh was seen"
    assert verdicts[0] == verdicts[1]
    places |= {str(path): path.read_bytes() for path in room.folder.rglob("*") if path.is_file()}
    assert not search([set(spellings(RIGHT))], places), search([set(spellings(RIGHT))], places)
    assert search([set(spellings(RIGHT))], {"blind": RIGHT.encode("utf-16-le")})


# --- running --------------------------------------------------------------------------------------

def inside(folder, wanted):
    furnish(folder)
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    keys = folder / "keys"
    keys.mkdir()
    for name in ("host", "user", "stranger", "encrypted"):
        keygen(keys / name, "ed25519")

    def in_a_room(function, number):
        def run():
            place = folder / f"room{number}"
            place.mkdir()
            function(Room(place, keys))
        run.__name__ = function.__name__
        return run

    chosen = [in_a_room(function, number) for number, function in enumerate(TESTS)
              if not wanted or any(word in function.__name__ for word in wanted)]
    return windows.run_tests(chosen)


def main(words):
    if words[:1] == [INSIDE]:
        return inside(Path(words[1]), words[2:])
    reason = missing()
    if reason:
        print(reason)
        return 77
    with tempfile.TemporaryDirectory(prefix="login-", dir="/tmp") as folder:
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "--",
                               sys.executable, "-B", __file__, INSIDE, folder, *words],
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
