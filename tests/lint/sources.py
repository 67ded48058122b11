# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files of the project, C without comments and texts, the result."""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PRODUCT = ("base", "inventory", "collectors", "compare", "cli")


def files():
    """All files of the project as paths from its top: what git has or would take."""
    try:
        listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(TOP), "ls-files", "-coz",
                                 "--exclude-standard"], capture_output=True, check=True)
        names = listed.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(TOP)) for path in TOP.rglob("*")]
        names = [name for name in names if not re.match(r"(build|\.git)/|standby$", name)]
    return sorted({name for name in names if name and (TOP / name).is_file()})


def c_files(folders=PRODUCT + ("tests",)):
    return [name for name in files()
            if name.endswith((".c", ".h")) and name.split("/")[0] in folders]


def text(name):
    return (TOP / name).read_text(encoding="utf-8", errors="replace")


def code(name):
    """The text with comments and the insides of texts blanked; lines stay where they are."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)

    def blank(match):
        line = match.string[match.string.rfind("\n", 0, match.start()) + 1:match.start()]
        if re.fullmatch(r"\s*#\s*include\s*", line):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return pattern.sub(blank, text(name))


def line_of(content, position):
    return content.count("\n", 0, position) + 1


def result(problems, note=""):
    """Ends the lint: its problems and 1, or its note and 0."""
    for problem in problems:
        print(problem)
    if not problems and note:
        print(note)
    sys.exit(1 if problems else 0)
