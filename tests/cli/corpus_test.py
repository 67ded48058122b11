#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Published files of formats that no probe reads yet lie in a node's folder: each is listed once as
not understood and changes no verdict. Runs over ../shared/corpus; skipped where that is missing."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CORPUS = TOP.parent / "shared" / "corpus"
STANDBY = os.environ.get("STANDBY", str(TOP / "standby"))


def check(inventory):
    done = subprocess.run([STANDBY, "check", "-i", inventory, "--format", "json"],
                          capture_output=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"check ended with {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)["clusters"][0]


def main():
    if not CORPUS.is_dir():
        print("../shared/corpus is missing")
        sys.exit(77)
    files = [path for path in sorted(CORPUS.rglob("*")) if path.suffix in (".config", ".inf", ".xml")]
    with tempfile.TemporaryDirectory() as folder:
        cluster = Path(folder) / "cluster"
        shutil.copytree(TOP / "examples/healthy-pair", cluster)
        before = check(cluster / "inventory.json")
        for path in files:
            shutil.copyfile(path, cluster / "CONF1" / path.name)
        after = check(cluster / "inventory.json")
    expected = sorted(f"CONF1: {path.name}" for path in files)
    if not files or sorted(after["not-understood"]) != expected:
        sys.exit(f"not understood are {after['not-understood']}, expected {expected}")
    if after["findings"] != before["findings"]:
        sys.exit("files that are not understood changed a finding")
    print(f"{len(files)} published files are passed over")


main()
