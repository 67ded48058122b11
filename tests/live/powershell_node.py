# SPDX-License-Identifier: Apache-2.0
"""What sshd starts, as its ForceCommand, on a node whose PowerShell is a real one for Linux.

powershell_node.py NODE.json   NODE.json is made by powershell_test.py: "folder", "pwsh",
"shell" (cmd: a stand-in for cmd.exe answers what shell it is; powershell: the engine is the shell,
too), "world" (or null: nothing stands in for ADSI and IIS), "witness" (a folder).

In front of the script goes what stands in for ADSI and IIS; what the engine printed and the key that
it was sent are written down.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import threading

import powershell_peer

sys.path.insert(0, str(powershell_peer.TOP / "tests/cli"))
from stand_in_shell import ANSWERS, BOOTSTRAP, QUESTION  # noqa: E402


def feed(me, process, witness):
    """Passes on what comes, the script with the stand-in in front of it."""
    first = base64.b64decode(sys.stdin.buffer.readline())
    key = sys.stdin.buffer.readline()
    witness["key"] = key.decode("ascii").strip()
    front = powershell_peer.stand_in(me["world"]).encode()
    process.stdin.write(base64.b64encode(front + first) + b"\n" + key)
    process.stdin.write(sys.stdin.buffer.read())
    process.stdin.close()


def run(me, line):
    command = [me["pwsh"], "-c", line] if me["shell"] == "powershell" else ["/bin/sh", "-c", line]
    environment = {"PATH": f"{me['folder']}/bin:/usr/bin:/bin", "HOME": f"{me['folder']}/home"}
    if not line.startswith(BOOTSTRAP):
        return subprocess.run(command, env=environment, cwd=me["folder"], check=False).returncode
    witness = {}
    with subprocess.Popen(command, env=environment, cwd=me["folder"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        threading.Thread(target=feed, args=(me, process, witness), daemon=True).start()
        output = process.stdout.read()
    witness.update(output=output.decode("latin-1"), code=process.returncode)
    pathlib.Path(me["witness"], str(os.getpid())).write_text(json.dumps(witness), encoding="utf-8")
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()
    return process.returncode


def main():
    me = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    line = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    if line == QUESTION and me["shell"] == "cmd":
        sys.stdout.write(ANSWERS["cmd"])
        return 0
    return run(me, line)


if __name__ == "__main__":
    sys.exit(main())
