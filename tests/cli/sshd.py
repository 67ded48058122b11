# SPDX-License-Identifier: Apache-2.0
"""The machine's own sshd for tests: unprivileged, on loopback, with keys of its own."""
import contextlib
import itertools
import os
import pwd
import select
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
SSH = shutil.which("ssh")
KINDS = {"ed25519": [], "ecdsa": [], "rsa": ["-b", "2048"]}
USER = pwd.getpwuid(os.geteuid()).pw_name


def keygen(path, kind, passphrase="", comment="test"):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *KINDS[kind], "-N", passphrase, "-C", comment,
                    "-f", str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


def public(path):
    """Type and key, without the comment."""
    return " ".join(Path(f"{path}.pub").read_text().split()[:2])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, server):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if server.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError("sshd did not start")


@contextlib.contextmanager
def sshd(folder, host_keys, authorized, *lines, pam="no"):
    """A server of its own; yields its port."""
    port = free_port()
    config = Path(folder) / f"sshd_config-{port}"
    config.write_text("\n".join([
        f"ListenAddress 127.0.0.1:{port}", "PidFile none", "StrictModes no", f"UsePAM {pam}",
        *lines, "LogLevel ERROR", "UseDNS no", "PermitRootLogin yes",
        "SetEnv SHLVL=2",  # so that bash does not run ~/.bashrc, which may take its time
        f"AuthorizedKeysFile {authorized}", *(f"HostKey {key}" for key in host_keys)]) + "\n")
    with open(Path(folder) / "sshd.log", "a", encoding="utf-8") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stdout=log, stderr=log,
                                  stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def falling_silent(target, turns, spared=0):
    """A way to the server on port `target` that passes nothing more once the client has spoken for
    the `turns`th time; the first `spared` connections pass whole. Yields its port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def accept():
            with contextlib.suppress(OSError):
                for number in itertools.count():
                    client = listening.accept()[0]
                    limit = turns if number >= spared else 1 << 30
                    threading.Thread(target=serve, args=(client, limit), daemon=True).start()

        def serve(client, limit):
            with contextlib.suppress(OSError), client, \
                    socket.create_connection(("127.0.0.1", target)) as server:
                spoken = 0
                while spoken < limit and not over.is_set():
                    for ready in select.select([client, server], [], [], 1)[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        spoken += ready is client
                        if spoken < limit:
                            (server if ready is client else client).sendall(data)
                over.wait(60)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def in_turn(*targets):
    """A way to the server on the first port, then to that on the second, and so on; all later ones
    to the last. Yields its port."""
    turns = iter(targets)

    def carry(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def accept(listening):
        with contextlib.suppress(OSError):
            while True:
                client = listening.accept()[0]
                server = socket.create_connection(("127.0.0.1", next(turns, targets[-1])))
                for ends in (client, server), (server, client):
                    threading.Thread(target=carry, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, args=(listening,), daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def in_lots(target, pause=0.1):
    """A way to the server on port `target` on which what the client sends within `pause` seconds
    arrives at once. Yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    client = listening.accept()[0]
                    threading.Thread(target=serve, args=(client,), daemon=True).start()

        def serve(client):
            with contextlib.suppress(OSError), client, \
                    socket.create_connection(("127.0.0.1", target)) as server:
                while True:
                    for ready in select.select([client, server], [], [])[0]:
                        if ready is client:
                            time.sleep(pause)
                        data = ready.recv(65536)
                        if not data:
                            return
                        (server if ready is client else client).sendall(data)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
