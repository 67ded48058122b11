#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Key ids and keyed digests are those that openssl computes.

Environment: BUILD, folder of the test programs. Exit code 0: all hold; 77: openssl is missing.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / os.environ.get("BUILD", "build") / "tests/cli/run_key_lines"
KEYS = (bytes(range(32)), bytes(32), bytes(255 - i for i in range(32)))
WORDS = ("a", "p\u00e4ss", "", "x" * 300)


def openssl(key, *fields):
    message = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt",
                           f"hexkey:{key.hex()}", "-binary"], input=message, capture_output=True,
                          check=True)
    return done.stdout.hex()


def main():
    if not shutil.which("openssl"):
        print("skipped: openssl is not installed")
        return 77
    failed = 0
    for key in KEYS:
        done = subprocess.run([PROGRAM, *WORDS], input=key, capture_output=True, check=True)
        expected = [openssl(key, b"standby/1", b"key-id")[:16]]
        expected += [openssl(key, b"standby/1", word.encode()) for word in WORDS]
        if done.stdout.decode().split() != expected:
            print(f"failed: the key that begins with {key[0]:02x}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
