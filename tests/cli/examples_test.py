#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The examples: their reports are the committed ones, from every way to them, and hold no secret.

examples_test.py            compares
examples_test.py --update   writes examples/*/expected.* anew; read every line of the change

Environment: STANDBY, the program. Exit code 0: all hold; 1: some do not; 77: python3-jsonschema
is missing, and all that does not need it holds.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOP = Path(__file__).resolve().parents[2]
EXAMPLES = TOP / "examples"
sys.path.insert(0, str(EXAMPLES))
import generate  # noqa: E402

STANDBY = Path(os.environ.get("STANDBY", TOP / "standby")).resolve()
EXIT = {"conferencing-2003": 1, "healthy-pair": 0, "machine-debug-manager": 1}
REPORTS = {"text": "expected.txt", "json": "expected.json"}
SCHEMAS = {
    "inventory": "inventory/inventory.schema.json",
    "snapshot": "inventory/snapshot.schema.json",
    "identity": "collectors/identity.schema.json",
    "report": "compare/report.schema.json",
}
FINGERPRINT = b"hmac-sha256"
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def standby(folder, *arguments):
    """(exit code, standard output, standard error)"""
    done = subprocess.run([str(STANDBY), *map(str, arguments)], cwd=folder, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False,
                          env=dict(os.environ, TERM="dumb", LC_ALL="C"))
    return done.returncode, done.stdout, done.stderr


def report(example, kind):
    """The same bytes from wherever the tree lies: run in the example's folder."""
    code, output, errors = standby(EXAMPLES / example, "check", "-i", "inventory.json",
                                   "--format", kind)
    check(errors == b"", f"{example}: check writes to standard error: {errors!r}")
    check(code == EXIT[example], f"{example}: exit code {code}, expected {EXIT[example]}")
    return output


def collect(example, folder):
    """Snapshots of its nodes: {file name: bytes}"""
    code, _, errors = standby(EXAMPLES / example, "collect", "-i", "inventory.json", "-o", folder)
    check(code == 0, f"{example}: collect gives {code}: {errors!r}")
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


# --- secrets ------------------------------------------------------------------------------------

def spellings(secret):
    """What a secret may look like in an output."""
    for form in (secret, secret.decode("latin-1").encode("utf-16-le")):
        yield form
        yield form.hex().encode()
        yield form.hex().upper().encode()
        for shift, skipped in ((0, 0), (1, 2), (2, 3)):
            encoded = base64.b64encode(bytes(shift) + form)
            yield encoded[skipped:(shift + len(form)) // 3 * 4]


def holds_secret(content, secrets):
    return any(form in content for secret in secrets for form in spellings(secret))


PASSWORDS = [password.encode() for password in generate.PASSWORDS]


# --- tests --------------------------------------------------------------------------------------

def artefacts_are_as_generate_py_writes_them(folder):
    generate.main([str(folder)])
    made = {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*.*")
            if path.is_file()}
    kept = {path.relative_to(EXAMPLES): path.read_bytes() for path in EXAMPLES.glob("*/*/**/*")
            if path.is_file() and "__pycache__" not in path.parts}
    for path in sorted(made.keys() | kept.keys()):
        check(made.get(path) == kept.get(path), f"{path} is not what generate.py writes")


def reports_are_as_expected(_):
    for example in EXIT:
        for kind, name in REPORTS.items():
            expected = EXAMPLES / example / name
            check(expected.is_file() and report(example, kind) == expected.read_bytes(),
                  f"{example}: the {kind} report is not {name}")


def comparing_snapshots_gives_the_reports_of_check(folder):
    for example, code in EXIT.items():
        snapshots = Path(folder, example)
        collect(example, snapshots)
        for kind in REPORTS:
            done = standby(EXAMPLES / example, "compare", "-i", "inventory.json", "--format", kind,
                           snapshots)
            check(done == (code, report(example, kind), b""),
                  f"{example}: compare and check differ in {kind}")


def a_second_run_gives_the_same_snapshots(folder):
    for example in EXIT:
        first = collect(example, Path(folder, example + "-1"))
        second = collect(example, Path(folder, example + "-2"))
        check(first == second and len(first) == 2, f"{example}: snapshots of two runs differ")


def times_of_files_show_in_no_report(folder):
    """A clone sets them as it likes."""
    generate.main([str(folder)])
    for example in EXIT:
        inventory = Path(folder, example, "inventory.json")
        inventory.write_bytes((EXAMPLES / example / "inventory.json").read_bytes())
        for position, path in enumerate(sorted(Path(folder, example).rglob("*.*"))):
            os.utime(path, (10**9 + position * 86399, 10**9 + position * 86399))
        for kind in REPORTS:
            _, output, _ = standby(inventory.parent, "check", "-i", inventory, "--format", kind)
            check(output == report(example, kind), f"{example}: times change the {kind} report")


def findings(content):
    """Without what follows the order of nodes: in which order facts were asked."""
    for cluster in json.loads(content)["clusters"]:
        for finding in cluster["findings"]:
            finding["evidence"].sort(key=lambda item: (item["node"], item["path"]))
            yield json.dumps([cluster["name"], finding], sort_keys=True)


def the_order_of_nodes_changes_no_finding(folder):
    for example, code in EXIT.items():
        inventory = json.loads((EXAMPLES / example / "inventory.json").read_text())
        for cluster in inventory["clusters"]:
            cluster["nodes"].reverse()
            for node in cluster["nodes"]:
                node["files"] = str(EXAMPLES / example / node["files"])
        swapped = Path(folder, example + ".json")
        swapped.write_text(json.dumps(inventory))
        done, output, _ = standby(folder, "check", "-i", swapped, "--format", "json")
        check(done == code, f"{example}: exit code {done} with the nodes swapped")
        check(sorted(findings(output)) == sorted(findings(report(example, "json"))),
              f"{example}: findings differ with the nodes swapped")


def no_secret_is_in_any_output(folder):
    tags = [generate.fields_hmac(key, b"standby/1", b"password", password).encode()
            for key in generate.KEYS for password in PASSWORDS]
    for example in EXIT:
        outputs = {kind: report(example, kind) for kind in REPORTS}
        outputs["verbose"] = standby(EXAMPLES / example, "check", "-i", "inventory.json", "-v")[1]
        for kind, output in outputs.items():
            check(FINGERPRINT not in output and not holds_secret(output, PASSWORDS + tags),
                  f"{example}: a secret in the {kind} report")
        snapshots = collect(example, Path(folder, example))
        for name, content in snapshots.items():
            check(not holds_secret(content, PASSWORDS + list(generate.KEYS)),
                  f"{example}: a secret in the snapshot {name}")


def artefacts_hold_no_password(_):
    for path, content in generate.artefacts():
        check(not holds_secret(content, PASSWORDS), f"{path} holds a password")


def valid(schema, content, what):
    document = json.loads((TOP / SCHEMAS[schema]).read_text())
    validator = jsonschema.validators.validator_for(document)(document)
    for error in validator.iter_errors(json.loads(content)):
        check(False, f"{what} is not valid: {error.json_path}: {error.message}")


def everything_is_valid_by_its_schema(folder):
    if not jsonschema:
        return
    for example in EXIT:
        home = EXAMPLES / example
        valid("inventory", (home / "inventory.json").read_bytes(), f"{example}/inventory.json")
        valid("report", report(example, "json"), f"{example}: the report")
        for path in sorted(home.glob("*/identity.json")):
            valid("identity", path.read_bytes(), str(path.relative_to(EXAMPLES)))
        for name, content in collect(example, Path(folder, example)).items():
            valid("snapshot", content, f"{example}: the snapshot {name}")


TESTS = (
    artefacts_are_as_generate_py_writes_them,
    reports_are_as_expected,
    comparing_snapshots_gives_the_reports_of_check,
    a_second_run_gives_the_same_snapshots,
    times_of_files_show_in_no_report,
    the_order_of_nodes_changes_no_finding,
    no_secret_is_in_any_output,
    artefacts_hold_no_password,
    everything_is_valid_by_its_schema,
)


def update():
    generate.main([])
    for example in EXIT:
        for kind, name in REPORTS.items():
            (EXAMPLES / example / name).write_bytes(report(example, kind))


def main(arguments):
    if arguments == ["--update"]:
        update()
    for test in TESTS:
        before = len(problems)
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print(f"{'ok' if len(problems) == before else 'not ok'} {test.__name__}")
    for problem in problems:
        print(f"failed: {problem}")
    if problems:
        return 1
    if not jsonschema:
        print("skipped: python3-jsonschema is not installed")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
