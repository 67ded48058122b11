# SPDX-License-Identifier: Apache-2.0
"""Writes the rules' tables of README.md and cli/standby.1 from what the program says:
tables.py [--check] STANDBY. With --check it writes nothing and fails where one is not current."""
import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def rules(standby):
    try:
        done = subprocess.run([Path(standby).resolve(), "rules", "--format", "json"],
                              stdout=subprocess.PIPE, check=True)
        document = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"tables.py: rules --format json: {error}")
    if document["version"] != 1:
        sys.exit("tables.py: rules --format json is not version 1")
    return document["rules"]


def markdown(entries):
    lines = ["| rule | holds when | severity | gate | scope |", "|---|---|---|---|---|"]
    for rule in entries:
        title = rule["title"].replace("|", "\\|")
        gate = "gate" if rule["gate"] else ""
        lines.append(f"| `{rule['id']}` | {title} | {rule['severity']} | {gate} | {rule['scope']} |")
    return lines


def manual(entries):
    """A list of mdoc(7): an item for each rule."""
    lines = [".Bl -tag -width Ds"]
    for rule in entries:
        title = rule["title"].replace("\\", "\\e")
        if title.startswith((".", "'")):
            title = "\\&" + title
        gate = ", gate" if rule["gate"] else ""
        lines += [f".It Cm {rule['id']}", title, f"({rule['severity']}, {rule['scope']}{gate})"]
    return lines + [".El"]


DOCUMENTS = [
    ("README.md", "<!-- rules:begin -->", "<!-- rules:end -->", markdown),
    ("cli/standby.1", '.\\" rules:begin', '.\\" rules:end', manual),
]


def filled(content, begin, end, table):
    """The document with what stands between its markers replaced; None without markers."""
    lines = content.split("\n")
    if begin not in lines or end not in lines:
        return None
    return "\n".join(lines[:lines.index(begin) + 1] + table + lines[lines.index(end):])


def main(arguments):
    check = arguments[0] == "--check"
    entries = rules(arguments[-1])
    failed = 0
    for name, begin, end, table in DOCUMENTS:
        path = TOP / name
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        current = filled(content, begin, end, table(entries))
        if current is None:
            print(f"{name}: the lines '{begin}' and '{end}' are missing")
            failed = 1
        elif check and current != content:
            print(f"{name}: the rules' table is not current: make tables")
            failed = 1
        elif current != content:
            path.write_text(current, encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
