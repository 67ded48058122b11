#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The bytes over which identity.ps1 makes fingerprints: its fields are read from the script, and its
lines that write a password as UTF-8 are carried over into Python, word by word, and run.

No PowerShell runs here: what its operators and .NET do with these lines is not shown.
"""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PASSWORDS = ["P\u00e4ssw0rd", "", "\x7f\x80\u07ff\u0800\uffff", "\U00010000\U0001f511\U0010ffff",
             "\ud800x\udc00\ud83d"]
WORDS = {"-lt": "<", "-ge": ">=", "-and": "and", "-band": "&"}
ESCAPES = {"`0": "\0", "`t": "\t"}
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def field(data):
    return len(data).to_bytes(4, "big") + data


def head(script, name):
    """What `$name = [Text.Encoding]::ASCII.GetBytes("..." + [char]N + '...')` makes."""
    found = re.search(rf"\${name} = \[Text\.Encoding\]::ASCII\.GetBytes\("
                      r"\"([^\"]*)\" \+ \[char\](\d+) \+ '([^']*)'\)", script)
    text = re.sub(r"`.", lambda escape: ESCAPES[escape[0]], found[1]) + chr(int(found[2])) + found[3]
    return text.encode("ascii")


def carried_over(line):
    for word, sign in WORDS.items():
        line = line.replace(word, sign)
    line = re.sub(r"\$password\.Length", "len(password)", line)
    line = re.sub(r"\[int\](\$password\[[^]]*\])", r"\1", line).replace("$i++", "i += 1")
    line = line.replace("$text.WriteByte", "put").replace("$", "").rstrip()
    line = re.sub(r"^(\s*)\} else", r"\1else", line).replace("elseif", "elif")
    if re.fullmatch(r"\s*\}", line):
        return ""
    line = re.sub(r"^(\s*)for \(i = 0; i < len\(password\); i \+= 1\) \{$", r"\1while i < len(password):",
                  line)
    return re.sub(r" \{ (.*) \}$", r": \1", re.sub(r" \{$", ":", line))


def encoder(script):
    """A function of Python from the script's loop."""
    block = re.search(r"^    for \(\$i = 0; \$i -lt \$password\.Length; \$i\+\+\) \{\n.*?^    \}$", script,
                      re.S | re.M)[0]
    lines = [line for line in map(carried_over, block.split("\n")) if line]
    source = "\n".join(["def encode(password, put):", "    i = 0", *lines, "        i += 1"])
    names = {}
    exec(compile(source, "identity.ps1", "exec"), names)  # our own script, not what came from outside
    return names["encode"]


def main():
    script = (TOP / "collectors/probes/identity.ps1").read_text("ascii")
    check(head(script, "fieldBytes") == field(b"standby/1") + field(b"key-id"), "the fields of key ids")
    check(head(script, "head") == field(b"standby/1") + field(b"password"), "the fields of passwords")
    order = [script.index(text) for text in (
        "$message.Write($head, 0, $head.Length)", "$message.Write($length, 0, 4)",
        "$text.WriteTo($message)", "$hmac.ComputeHash($message.ToArray())")]
    check(order == sorted(order), "the order of the fields")
    check("HostToNetworkOrder([int]$text.Length)" in script, "the length of the password")
    encode = encoder(script)
    for password in PASSWORDS:
        units = password.encode("utf-16-le", "surrogatepass")
        out = []
        encode([int.from_bytes(units[i:i + 2], "little") for i in range(0, len(units), 2)], out.append)
        check(all(byte == int(byte) and 0 <= byte < 256 for byte in out), f"bytes of {password!r}")
        check(bytes(map(int, out)) == password.encode("utf-8", "surrogatepass"), f"{password!r}: {out}")
    for problem in problems:
        print(f"failed: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
