# SPDX-License-Identifier: Apache-2.0
"""Stands in front of a stand-in for a node's shell, behind the machine's real sshd, and writes down
every byte that it is sent: the command, and standard input to its end.

tap.py FOLDER PROGRAM ARGUMENT...
"""
import json
import os
import subprocess
import sys
import time


def main():
    folder, *program = sys.argv[1:]
    content = sys.stdin.buffer.read()
    with open(f"{folder}/{time.time_ns()}-{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump({"command": os.environ.get("SSH_ORIGINAL_COMMAND"), "input": content.hex()}, file)
    return subprocess.run([sys.executable, "-I", "-S", *program], input=content, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
