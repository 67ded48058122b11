#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The bytes over which identity.ps1 makes fingerprints: its fields are read from the script, and its
lines that read the key and write a password as UTF-8 are carried over into Python, word by word, and
run. No secret is an argument: PowerShell can log those.

No PowerShell runs here: what its operators and .NET do with these lines is not shown. Where there is
one, live/powershell_test.py runs them.
"""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PASSWORDS = ["P\u00e4ssw0rd", "", "\x7f\x80\u07ff\u0800\uffff", "\U00010000\U0001f511\U0010ffff",
             "\ud800x\udc00\ud83d"]
WORDS = {"-lt": "<", "-ge": ">=", "-and": "and", "-band": "&"}
SECRET = ("key", "digits", "digit", "bytes", "password", "code", "next", "text", "size", "length", "message",
          "units")
# What may get one of them: an array as a whole is logged as its type.
HARMLESS = ("[Array]::Clear($bytes, 0, 32)", "$hmac.ComputeHash($message)",
            "$logonType::LogonUserW($wanted.name, '.', $units, 8, 0, [ref]$token)")
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
    line = re.sub(r"\$text\[\$size\+\+\] = (.*?)( \}|$)", r"put(\1)\2", line)
    line = line.replace("$", "").rstrip()
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


def length_bytes(script):
    """A function of Python from the script's four bytes of a length."""
    found = re.search(r"\$length = @\((.*?)\)\n    \$message", script, re.S)
    source = found[1].replace("$size", "size").replace("-band", "&").replace("\n", " ")
    return lambda size: [int(byte) for byte in eval(f"[{source}]", {"size": size})]


def key_bytes(script, key):
    """What the script's loop makes of the digits of a key."""
    found = re.search(r"\$at = \((.*?)\) / 2\n\s+\$bytes\[\$at\] = ([^\n]*)", script)
    at, value = (re.sub(r"\[int\]\((.*?)\)", r"int(\1)", text.replace("$", "").replace(
        "-band", "&").replace("-ge", ">=")) for text in found.groups())
    result = [0] * 32
    for i, character in enumerate(key):
        names = {"i": i, "digit": ord(character), "bytes": result, "int": int}
        names["at"] = int(eval(at, names) / 2)
        result[names["at"]] = eval(value, names)
    return bytes(result)


def arguments(script):
    """Lines in which a method, a function or a command gets something secret or made of it."""
    inline = script[script.index("# --- fingerprints, in line ---"):]
    for line in inline.split("\n"):
        for harmless in HARMLESS:
            line = line.replace(harmless, "")
        line = re.sub(r"#.*", "", line)
        names = "|".join(SECRET)
        if re.search(rf"(\w\(|(Get|Add|New|Test|Write)-\w+ |\.Append)[^)]*\$({names})\b", line):
            yield line.strip()


def main():
    script = (TOP / "collectors/probes/identity.ps1").read_text("ascii")
    check(head(script, "fieldBytes") == field(b"standby/1") + field(b"key-id"), "the fields of key ids")
    check(head(script, "head") == field(b"standby/1") + field(b"password"), "the fields of passwords")
    check("$message = [byte[]]($head + $length + $text[0..($size - 1)])" in script,
          "the order of the fields")
    check("$hmac.ComputeHash($message)" in script, "what the fingerprint is made of")
    for size in (0, 1, 255, 256, 65535, 65536, 0x7fffffff):
        check(bytes(length_bytes(script)(size)) == size.to_bytes(4, "big"), f"the length {size}")
    for key in ("0123456789abcdef" * 4, "fedcbaAFBE9876543210" * 3 + "9A5f"):
        check(key_bytes(script, key) == bytes.fromhex(key), f"the bytes of the key {key}")
    check(list(arguments(script)) == [], f"secrets as arguments: {list(arguments(script))}")
    for bad in ("$out.WriteByte($code)", "[Convert]::ToByte($key.Trim(), 16)", "Get-Quoted $password",
                "[void]$x.Append($digits[0])", "HostToNetworkOrder([int]$size)"):
        check(list(arguments("# --- fingerprints, in line ---\n" + bad)), f"{bad} is let through")
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
