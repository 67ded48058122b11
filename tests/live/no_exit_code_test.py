#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A server that closes a command's channel and never says how the command ended: asyncssh, since an
sshd always says it. Behind it is the stand-in for cmd.exe. What came before is not the whole.

no_exit_code_test.py [NAME...]   runs the tests whose names hold one of these, or all

Environment: STANDBY, the program. Exit code 77: there is no asyncssh.
"""
import asyncio
import contextlib
import json
import sys
import tempfile
import threading
import warnings
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/cli"), str(TOP / "tests/live")]
import windows  # noqa: E402
from cmd_dialect_test import EXAMPLE, OLE, STAND_IN, Nodes  # noqa: E402
from live_faults_test import make_keys  # noqa: E402
from live_world import CONFERENCING, EXAMPLES  # noqa: E402
from sshd import free_port  # noqa: E402

warnings.simplefilter("ignore")  # of old ciphers in libraries of asyncssh
try:
    import asyncssh
except ImportError:
    asyncssh = None

PLACE = "dcom/machine/"
# What each client makes of a missing exit code.
CODES = {"ssh": "code 0, but without its end mark: it was cut off", "openssh": "code 255"}


class Anyone(asyncssh.SSHServer if asyncssh else object):
    def begin_auth(self, username):
        return False


class Server:
    """Says how commands end, unless one has a word of `mute`: of that one come `lines` lines."""

    def __init__(self, nodes, mute=(), lines=0):
        self.nodes, self.mute, self.lines = nodes, mute, lines

    async def run(self, process):
        child = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-I", "-S", STAND_IN, self.nodes, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "SSH_ORIGINAL_COMMAND": process.command})
        output, errors = await child.communicate(await process.stdin.read())
        if any(word in process.command for word in self.mute):
            process.stdout.write(b"".join(output.splitlines(True)[:self.lines]))
            process.channel.write_eof()
            process.channel.close()
            return
        process.stdout.write(output)
        process.stderr.write(errors)
        process.exit(child.returncode)


@contextlib.contextmanager
def served(world, server):
    port, started, loop = free_port(), threading.Event(), asyncio.new_event_loop()

    async def serve():
        await asyncssh.create_server(Anyone, "127.0.0.1", port, encoding=None,
                                     server_host_keys=[str(world.keys / "host")],
                                     process_factory=server.run)
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


def known_of(world, client, **server):
    """(facts, {pattern: why it is unknown}) of a node behind such a server."""
    node = world.node(EXAMPLE, "CONF1", CONFERENCING["CONF1"], page=850,
                      temp=str(world.folder / "temp"))
    nodes = world.write("nodes/one", json.dumps({"*": node}))
    with served(world, Server(nodes, **server)) as port:
        live = world.live("CONF1", "127.0.0.1", port)
        live[client] = live.pop("ssh")
        other = {"name": "CONF2", "files": str(EXAMPLES / EXAMPLE / "CONF2")}
        return world.knows(world.inventory([[live, other]]), client, "CONF1")


# --- the tests ------------------------------------------------------------------------------------

def a_server_that_says_how_commands_end_is_believed(world):
    for client in CODES:
        facts, said = known_of(world, client)
        assert facts[PLACE + "enabled"] == "Y" and PLACE not in said, (client, facts, said)


def what_ends_without_an_exit_code_is_not_the_whole(world):
    for client, code in CODES.items():
        for lines in (3, 4, 0):
            facts, said = known_of(world, client, mute=[OLE], lines=lines)
            assert not [path for path in facts if path.startswith(PLACE)], (client, lines, facts)
            assert f'reg query "{OLE}" /s ended with {code}' in said[PLACE], (client, lines, said)
            assert len(facts) > 20, "the other commands keep their answers"


def a_server_that_never_says_how_a_command_ended_is_not_asked(world):
    facts, said = known_of(world, "ssh", mute=[""], lines=1000)
    assert not facts, facts
    assert "the server does not say how a command ended" in " ".join(said.values()), said


TESTS = [a_server_that_says_how_commands_end_is_believed,
         what_ends_without_an_exit_code_is_not_the_whole,
         a_server_that_never_says_how_a_command_ended_is_not_asked]


def main(wanted):
    if asyncssh is None:
        print("there is no python3-asyncssh")
        return 77
    with tempfile.TemporaryDirectory(prefix="code-", dir="/tmp") as folder:
        keys = make_keys(Path(folder) / "keys")

        def in_a_world(function):
            def run():
                place = Path(folder) / function.__name__[:20]
                place.mkdir()
                function(Nodes(place, keys))
            run.__name__ = function.__name__
            return run

        return windows.run_tests([in_a_world(function) for function in TESTS if not wanted or
                                  any(word in function.__name__ for word in wanted)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
