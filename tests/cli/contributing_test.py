#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What CONTRIBUTING.md shows is complete: in a copy of the tree its files build, its rule and its
probe pass their cases, its transport, report and command are found, and nothing else was touched."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)


def fail(text):
    print("failed:", text)
    sys.exit(1)


def call(arguments, folder, code=0):
    # The copy has a build folder of its own.
    env = {name: value for name, value in os.environ.items() if name not in ("BUILD", "STANDBY")}
    done = subprocess.run(arguments, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode != code:
        fail(f"{arguments} gave {done.returncode}, not {code}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def finding(tree, case):
    inventory = json.loads((tree / case / "inventory.json").read_text())
    inventory["clusters"][0]["nodes"][1] = {"name": "WEB2", "role": "backup", "winrm": "web2"}
    changed = tree / "inventory.json"
    changed.write_text(json.dumps(inventory))
    return json.loads(call(["./standby", "check", "-i", str(changed), "--format", "json"], tree, 69))


def main():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    files = dict(BLOCK.findall(text))
    if len(files) < 10:
        fail("CONTRIBUTING.md shows too few files")
    with tempfile.TemporaryDirectory() as temporary:
        tree = pathlib.Path(temporary) / "standby"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns("build", ".git", "standby"))
        for name, content in files.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        jobs = f"-j{os.cpu_count()}"
        # The examples have one case each; the demand for all kinds of cases is the lint's.
        for kind in ("kept", "unknown"):
            case = tree / "tests/rules/example_isolation_same" / kind
            shutil.copytree(case.parent / "broken", case)
            value = {"kept": {"iis/isolation-mode": "worker-process"}, "unknown": {}}[kind]
            two = json.loads((case / "WEB2.json").read_text())
            two["facts"] = value
            (case / "WEB2.json").write_text(json.dumps(two))
            (case / "expected.json").write_text(json.dumps({"findings": [{"verdict": kind}]}))
        call(["make", jobs, "OPTIMISE=-O0", "standby", "build/tests/unit/rules_test",
              "build/tests/unit/probes_test"], tree)
        call(["build/tests/unit/rules_test"], tree)
        call(["build/tests/unit/probes_test"], tree)
        if "example_isolation_same" not in call(["./standby", "rules"], tree):
            fail("the rule is not in the catalogue")
        if call(["./standby", "example", "hello"], tree) != "hello\n":
            fail("the command does not answer")
        case = "tests/rules/example_isolation_same/broken"
        line = call(["./standby", "compare", "-i", f"{case}/inventory.json", "--format",
                     "example-line", "--rule", "example_isolation_same", f"{case}/WEB1.json",
                     f"{case}/WEB2.json"], tree, 1)
        if line != "NO-GO web\n":
            fail(f"the report says {line!r}")
        report = json.dumps(finding(tree, case))
        if "web2 did not answer in this example" not in report:
            fail("the transport was not asked")
    print(f"{len(files)} files of CONTRIBUTING.md build and work")


main()
