# SPDX-License-Identifier: Apache-2.0
"""Inventories of nodes behind the machine's own sshd and the stand-in for their shell, and runs of
the program over them. For the tests beside it."""
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import stand_in_shell
from program import EXAMPLES, STANDBY
from sshd import USER, free_port, public, sshd

sys.path.insert(0, str(EXAMPLES))
import generate  # noqa: E402

STAND_IN = Path(stand_in_shell.__file__).resolve()
NODES = ("CONF1", "CONF2")
CONFERENCING = {"CONF1": generate.PASSWORD_CONF1, "CONF2": generate.PASSWORD_CONF2}
HEALTHY = dict.fromkeys(NODES, generate.PASSWORD_REPAIRED)
PLACES = ("iis/location/%2F/anonymous", "iis/location/1%2Froot%2Fconferencing/anonymous")
SECONDS = 60


class Run:
    """How one run ended, and what the command lines and environments of its processes were."""

    def __init__(self, process, seconds, output, errors, seen):
        self.code, self.seconds = process.returncode, seconds
        self.output, self.errors, self.seen = output, errors.decode("utf-8", "replace"), seen

    @property
    def report(self):
        return json.loads(self.output)

    def verdicts(self):
        return verdicts(self.report)


def expected_of(example):
    return verdicts(json.loads((EXAMPLES / example / "expected.json").read_text()))


def verdicts(report):
    return sorted((cluster["name"], finding["rule"], finding["subject"], finding["verdict"],
                   finding.get("from") or "", finding.get("to") or "")
                  for cluster in report["clusters"] for finding in cluster["findings"])


class World:
    """Keys, a home without any, and folders for what one check makes."""

    def __init__(self, folder, keys):
        self.folder, self.keys = Path(folder), keys
        for name in ("home", "tmp", "run", "witness", "nodes"):
            (self.folder / name).mkdir(mode=0o700)
        self.authorized = self.write("authorized", public(keys / "user") + "\n" +
                                     public(keys / "encrypted") + "\n")
        self.write("known_hosts", f"* {public(keys / 'host')}\n")
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder / "home"), "TERM": "dumb",
            "TMPDIR": str(self.folder / "tmp"), "XDG_RUNTIME_DIR": str(self.folder / "run"),
            **{name: value for name, value in os.environ.items() if "SAN_OPTIONS" in name}}

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    # --- nodes

    def node(self, example, name, password, **more):
        return stand_in_shell.node(EXAMPLES / example / name, name,
                                   dict.fromkeys(PLACES, password), self.folder / "witness", **more)

    def server(self, nodes, *lines, command=None):
        """An sshd in front of the stand-in; nodes are {address or "*": node}; yields its port."""
        path = self.write(f"nodes/{len(list((self.folder / 'nodes').iterdir()))}",
                          json.dumps(nodes))
        command = command or f"exec /usr/bin/python3 -I -S {STAND_IN} {path}"
        return sshd(self.folder, [self.keys / "host"], self.authorized, "PasswordAuthentication no",
                    "KbdInteractiveAuthentication no", "SetEnv SHLVL=2",  # bash: no ~/.bashrc
                    f"AllowUsers {USER}@127.0.0.0/8", f"ForceCommand {command}", *lines)

    @contextlib.contextmanager
    def many(self, nodes, *lines, **more):
        """The same on all addresses 127.x.y.z; yields the port there."""
        port = free_port()
        with self.server(nodes, f"ListenAddress 0.0.0.0:{port}", "MaxStartups 200", *lines, **more):
            yield port

    @contextlib.contextmanager
    def pair(self, example, passwords, **more):
        """CONF1 and CONF2, each behind a server of its own; yields the inventory."""
        with contextlib.ExitStack() as stack:
            ports = [stack.enter_context(self.server(
                {"*": self.node(example, name, passwords[name], **more)})) for name in NODES]
            nodes = [self.live(name, "127.0.0.1", port) for name, port in zip(NODES, ports)]
            yield self.inventory([nodes])

    def live(self, name, address, port, key="user", **more):
        return {"name": name, "ssh": f"{USER}@{address}:{port}",
                "identity-file": str(self.keys / key), **more}

    def inventory(self, clusters, name="inventory.json"):
        """The example's scope; the first node of each cluster is its primary."""
        document = json.loads((EXAMPLES / "conferencing-2003/inventory.json").read_text())
        scope = document["clusters"][0]
        document["clusters"] = [
            dict(scope, name="conferencing" if len(clusters) == 1 else nodes[0]["name"],
                 nodes=[dict(node, role="backup" if number else "primary")
                        for number, node in enumerate(nodes)])
            for nodes in clusters]
        return self.write(name, json.dumps(document))

    # --- runs

    def start(self, command, inventory, *words, **more):
        return subprocess.Popen(
            [STANDBY, command, "-i", inventory, "--known-hosts", self.folder / "known_hosts",
             *words], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **{"stdin": subprocess.DEVNULL, **more})

    def run(self, *words, watch=False, **more):
        begun = time.monotonic()
        process = self.start(*words, **more)
        with Watch(process.pid) if watch else contextlib.nullcontext() as seen:
            output, errors = process.communicate(timeout=SECONDS)
        run = Run(process, time.monotonic() - begun, output, errors, seen and seen.found)
        self.left_nothing()
        return run

    def check(self, inventory, *words, **more):
        return self.run("check", inventory, "--format", "json", *words, **more)

    def collect(self, inventory, name, *words):
        """{node: snapshot}"""
        out = self.folder / name
        run = self.run("collect", inventory, "-o", out, *words)
        assert run.code == 0, run.errors
        return {path.stem: json.loads(path.read_text()) for path in out.iterdir()}

    def left_nothing(self):
        left = [path for name in ("home", "tmp", "run") for path in
                (self.folder / name).rglob("*") if not path.is_dir()]
        assert not left, f"left: {left}"
        assert not list(self.folder.rglob("*.partial")), "a partial recording is left"

    def witnesses(self):
        """What the stand-in says of what it was sent; each must be without fault."""
        said = [json.loads(path.read_text()) for path in (self.folder / "witness").iterdir()]
        for one in said:
            assert not one["problems"], one["problems"]
        for path in (self.folder / "witness").iterdir():
            path.unlink()
        return said

    def key(self):
        keys = {one["key"] for one in self.witnesses()}
        assert len(keys) == 1 and "" not in keys, f"{len(keys)} keys in one run"
        return bytes.fromhex(keys.pop())


class Watch(threading.Thread):
    """Arguments and environments of a process and all below it, again and again."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.found, self.over = pid, set(), threading.Event()

    def below(self, pid):
        yield pid
        with contextlib.suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                yield from self.below(child)

    def run(self):
        while not self.over.wait(0.005):
            for pid in self.below(self.pid):
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        self.found.add(Path(f"/proc/{pid}/{name}").read_bytes())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
