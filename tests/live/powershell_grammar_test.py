#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of PowerShell and the script composed of them parse under an independent grammar, and
use no word that PowerShell 2.0 on .NET 2.0 does not know. This says nothing of what they do."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
STANDBY = pathlib.Path(os.environ.get("STANDBY", ROOT / "standby"))
PACKAGES = ["web-tree-sitter@0.26.13", "tree-sitter-powershell@0.26.4"]

# Of PowerShell 2.0, as far as we use it; what came later never stands here.
COMMANDS = {"New-Object", "Set-StrictMode"}
KEYWORDS = {"begin", "break", "catch", "continue", "do", "else", "elseif", "end", "exit", "finally",
            "for", "foreach", "function", "if", "in", "param", "process", "return", "switch", "throw",
            "trap", "try", "until", "while", "static"}
OPERATORS = {"-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-like", "-notlike", "-match", "-notmatch",
             "-contains", "-notcontains", "-and", "-or", "-xor", "-not", "-is", "-isnot", "-as",
             "-band", "-bor", "-bxor", "-bnot", "-replace", "-split", "-join", "-f", "-ceq", "-cne",
             "-ieq", "-ine", "-ccontains", "-cnotlike", "-cnotmatch"}
# Of .NET 2.0, in mscorlib, System and what PowerShell 2.0 loads.
TYPES = {"AppDomain", "Array", "Base64FormattingOptions", "BitConverter", "Collections.IDictionary",
         "Console", "Convert", "DateTime", "Diagnostics.Process", "Environment",
         "Globalization.CultureInfo", "IntPtr", "IO.Directory", "IO.File", "IO.FileAccess",
         "IO.FileMode", "IO.FileShare", "IO.Path", "Net.IPAddress", "Reflection.Emit.AssemblyBuilder",
         "Reflection.Emit.AssemblyBuilderAccess", "Reflection.FieldInfo[]",
         "Runtime.InteropServices.CharSet", "Runtime.InteropServices.DllImportAttribute",
         "Runtime.InteropServices.Marshal", "ScriptBlock", "StringComparer", "Text.Encoding", "Threading.WaitHandle", "Threading.WaitHandle[]", "Type[]",
         "bool", "byte", "byte[]", "char", "char[]", "ComponentModel.Win32Exception", "int", "int64", "object[]", "ref", "string", "string[]",
         "void", "wmisearcher", "Xml.XmlConvert", "Xml.XmlElement", "Xml.XmlReader"}
LATER_MEMBERS = {"ForEach", "Where", "new", "IsNullOrWhiteSpace", "CopyTo", "ReadAllBytesAsync",
                 "GetAwaiter"}
LATER_VARIABLES = {"$PSScriptRoot", "$PSCommandPath", "$PSItem", "$IsWindows", "$IsLinux", "$IsMacOS",
                   "$using"}
PARAMETERS = {"-ComObject", "-Version"}

BAD = [
    ("unbalanced", "if ($a { x }\n"), ("ordered", "$a = [ordered]@{ b = 1 }\n"),
    ("in", "if ($a -in $b) { $c }\n"), ("foreach", "$a.ForEach({ $_ })\n"),
    ("class", "class A { [int]$b }\n"), ("root", "$a = $PSScriptRoot\n"),
    ("constructor", "$a = [Text.StringBuilder]::new()\n"), ("later", "Get-CimInstance x\n"),
    ("pscustomobject", "$a = [pscustomobject]@{ b = 1 }\n"), ("null", "$a = $b ?? $c\n"),
    ("chain", "New-Object a && New-Object b\n"), ("using", "using namespace System\n"),
    ("shr", "$a = 4 -shr 1\n"), ("enum", "enum A { b }\n"), ("raw", "Get-Content -Raw x\n"),
]


def fail(text):
    print("failed:", text)
    sys.exit(1)


def skip(text):
    print("skipped:", text)
    sys.exit(77)


def install():
    """The grammar, once per build folder. What is there needs no network."""
    folder = BUILD / "npm"
    if (folder / "node_modules/tree-sitter-powershell").is_dir():
        return folder
    for program in ("node", "npm"):
        if not shutil.which(program):
            skip(f"there is no {program}, with which the grammar of PowerShell is installed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{ "private": true }\n')
    try:
        done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund",
                               "--ignore-scripts", *PACKAGES], cwd=folder, capture_output=True,
                              text=True, timeout=200, check=False)
    except subprocess.TimeoutExpired:
        skip("npm did not end within 200 s")
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        skip(f"npm cannot install {' '.join(PACKAGES)}: {reason}")
    return folder


def parse(packages, files):
    done = subprocess.run(["node", ROOT / "tests/live/powershell_words.mjs", packages, *files],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(f"the parser gave {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def unknown(words, functions):
    """What PowerShell 2.0 does not know, with a reason for each."""
    known = {"commands": COMMANDS | functions, "keywords": KEYWORDS, "operators": OPERATORS,
             "types": TYPES, "parameters": PARAMETERS}
    folded = {kind: {word.lower() for word in allowed} for kind, allowed in known.items()}
    for kind, allowed in folded.items():
        for word in words.get(kind, []):
            if word.lower() not in allowed:
                yield f"{kind}: {word}"
    for word in words.get("later", []):
        yield f"a {word}"
    for kind, later in (("members", LATER_MEMBERS), ("variables", LATER_VARIABLES)):
        for word in words.get(kind, []):
            if word.lower() in {name.lower() for name in later}:
                yield f"{kind}: {word}"


def problems(words, functions):
    return [f"does not parse at {place}" for place in words["mistakes"]] + list(unknown(words, functions))


def composed(folder):
    """The bootstrap and the script as a node gets them."""
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"version": 1, "clusters": [{
        "name": "conferencing", "profile": "conferencing",
        "nodes": [{"name": "CONF1", "role": "primary", "ssh": "conf1"},
                  {"name": "CONF2", "role": "backup", "ssh": "conf2"}],
        "applications": ["{0C0A3666-30C9-11D0-8F20-00805F2CD064}"],
        "locations": ["1/ROOT/it's \u2018quoted\u2019 $(x) `"]}]}))
    output = subprocess.run([STANDBY, "requests", "-i", inventory, "CONF1"], capture_output=True,
                            text=True, check=True).stdout
    for name, heading in (("bootstrap", "It is this text"), ("script", "First line of standard")):
        found = re.search(rf"^{heading}[^\n]*\n((?:\t[^\n]*\n)+)", output, re.M)
        if not found:
            fail(f"requests shows no {name}")
        path = folder / f"{name}.ps1"
        path.write_text(re.sub(r"^\t", "", found[1], flags=re.M))
        yield path


def main():
    packages = install()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parts = sorted((ROOT / "collectors/probes").glob("*.ps1"))
        prelude = ROOT / "collectors/powershell.ps1"
        files = [*parts, prelude, *composed(folder)]
        bad = []
        for title, text in BAD:
            bad.append(folder / f"bad-{title}.ps1")
            bad[-1].write_text(text)
        result = parse(packages, files + bad)
        functions = set(result[str(prelude)]["functions"])
        for path in files:
            found = problems(result[str(path)], functions | set(result[str(path)].get("functions", [])))
            if found:
                fail(f"{path.name}: {'; '.join(found)}")
        for path in bad:
            if not problems(result[str(path)], functions):
                fail(f"{path.name}: what PowerShell 2.0 does not know was let through")
    print(f"1..1\nok 1 - {len(files)} scripts parse; {len(bad)} others are refused")


main()
