#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The kit for nodes that no network reaches: what it holds, that it only reads, that its key is its
own, and that what comes back is judged.

Environment: STANDBY, the program. No Windows runs the scripts here: their words are held against a
list, and the folder that comes back is made from an example.
"""
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
STANDBY = Path(os.environ.get("STANDBY", TOP / "standby")).resolve()
EXAMPLE = TOP / "examples/conferencing-2003"
FILES = ["README.txt", "collect.cmd", "collect.ps1", "identity.js", "key.txt"]
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def standby(*arguments):
    return subprocess.run([STANDBY, *map(str, arguments)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def kit(folder, *arguments):
    done = standby("kit", folder, *arguments)
    check(done.returncode == 0, f"kit gives {done.returncode}: {done.stderr}")
    return done.stdout


def read(path):
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def obtained():
    """The commands that the probes name."""
    for path in sorted((TOP / "collectors/probes").glob("*.c")):
        found = re.search(r"\.obtain =((?:\s*\"(?:[^\"\\]|\\.)*\")+)", path.read_text())
        text = "".join(json.loads(part) for part in re.findall(r"\"(?:[^\"\\]|\\.)*\"", found[1]))
        if text.startswith(("reg ", "copy ")):
            yield text


# Below these keys Windows keeps passwords and what opens them.
SECRET_PLACES = [rf"HKEY_LOCAL_MACHINE\{place}".upper() for place in (
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "SECURITY", "SAM",
    r"SYSTEM\CurrentControlSet\Services\SNMP\Parameters")]


def takes_a_password(command):
    """Whether what a command of the registry writes may have such a place in or below it."""
    quoted, bare = re.match(r'reg \w+ (?:"([^"]*)"|(\S+))', command).groups()
    key = re.sub(r"^HKLM\b", "HKEY_LOCAL_MACHINE", quoted or bare).upper()
    values_alone = command.startswith("reg query") and "/s" not in command.lower().split()
    return any(f"{key}\\".startswith(f"{place}\\") or not values_alone and place.startswith(f"{key}\\")
               for place in SECRET_PLACES)


def passwords():
    wanted = [command for command in obtained() if command.startswith("reg ")]
    check(len(wanted) >= 7, f"only {len(wanted)} probes name a command of the registry")
    for command in wanted:
        check(not takes_a_password(command), f"{command} takes a password")
    version = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    for command in (rf'reg export "{version}" a', rf'reg query "{version}" /s > a', 'reg export "HKLM" a',
                    rf'reg query "{version}\winlogon" > a', r'reg export "HKLM\SAM" a'):
        check(takes_a_password(command), f"{command} is said to take no password")


# --- what the scripts may say ---------------------------------------------------------------------

KEY = r'"HKLM\\[\w\\ ]+"'
NAME = r"[\w.]+"
OUT = r'"%out%"'
ALLOWED = [
    r"", r"@echo off", r"rem .*", r"echo [^<>&|^]*", rf"if (not )?exist {OUT} exit /b 1",
    rf"if exist {OUT} echo [^<>&|^]*", r"if errorlevel 1 exit /b 1", r"set out=%~dp0%COMPUTERNAME%",
    rf"mkdir {OUT}", rf"cd /d {OUT}", rf"reg export {KEY} {NAME}",
    r'reg query "(HKEY_LOCAL_MACHINE\\[\w\\ ]+)" > (\w+\.txt) && echo #asked \1\\\*>> \2',
    r'set run=cscript //nologo //E:JScript "%~dp0identity\.js"',
    r'if exist "%~dp0key\.txt" %run% <"%~dp0key\.txt" >identity\.json',
    r'if not exist "%~dp0key\.txt" %run% <nul >identity\.json',
    r"if exist (%windir%[\w\\.]+) copy \1 [\w.]+",
]
# Of collect.ps1 the parts are held elsewhere; here what the kit puts around them.
WRITERS = {"[IO.File]::WriteAllBytes([IO.Path]::Combine($out, \"$probe.json\"), $bytes)",
           "[IO.File]::WriteAllBytes([IO.Path]::Combine($out, $name), $bytes)",
           "[IO.File]::Copy($file, [IO.Path]::Combine($out, $name))",
           "[IO.Directory]::CreateDirectory($out)"}


def refused(script):
    return [line for line in script.split("\n")
            if not any(re.fullmatch(pattern, line) for pattern in ALLOWED)]


def commands(folder):
    script = read(folder / "collect.cmd")
    check(refused(script) == [], f"collect.cmd has {refused(script)}")
    for changed in ("del *.*", "reg delete HKLM\\x", "reg export \"HKLM\\a\" a.reg & del b",
                    "echo a>b", 'reg query "HKEY_LOCAL_MACHINE\\a" > a.txt && echo #asked HKEY_LOCAL_MACHINE\\*>> a.txt',
                    'reg query "HKEY_LOCAL_MACHINE\\a" > a.txt && del a.txt', "if exist \"%out%\" rmdir \"%out%\"",
                    "if exist %windir%\\a copy %windir%\\b c"):
        check(refused(changed) != [], f"the list lets {changed} through")
    lines = script.split("\n")
    for command in obtained():
        source = command.split(" ")[1]
        wanted = command if command.startswith("reg") else f"if exist {source} {command}"
        check(wanted in lines, f"collect.cmd lacks {wanted}")
    check(b"\n" not in (folder / "collect.cmd").read_bytes().replace(b"\r\n", b""),
          "collect.cmd has a line that ends as on Unix")


def powershell(folder):
    script = read(folder / "collect.ps1")
    for command in obtained():
        verb = re.match("reg export|reg query|copy", command)[0]
        form = {"reg export": "Export-Key", "reg query": "Save-Values", "copy": "Copy-File"}[verb]
        wanted = re.sub(rf'{verb} (?:"([^"]+)"|(\S+))(?: .*)? (\S+)$', rf"{form} '\1\2' '\3'", command)
        check(f"\n{wanted}\n" in script, f"collect.ps1 lacks {wanted}")
    rest = script
    for writer in WRITERS:
        check(rest.count(writer) == 1, f"collect.ps1 has not once {writer}")
        rest = rest.replace(writer, "")
    rest = rest.replace("[IO.FileShare]::Delete", "")  # somebody else may, while it is read
    found = re.findall(r"Write\w*All\w*|::Copy|::Move|::Delete|Create(?:Directory|Text|Key)|Set-\w+",
                       rest)
    check(found == ["Set-StrictMode"], f"collect.ps1 writes: {found}")
    part = (TOP / "collectors/probes/identity.ps1").read_text()
    check(part in script, "collect.ps1 has another identity.ps1")
    check((TOP / "collectors/powershell.ps1").read_text() in script, "collect.ps1 has another prelude")


# --- what it holds --------------------------------------------------------------------------------

def key_of(folder):
    path = folder / "key.txt"
    check(stat.S_IMODE(path.stat().st_mode) == 0o600, "key.txt can be read by others")
    key = path.read_text().strip()
    check(re.fullmatch("[0-9a-f]{64}", key), "key.txt holds no key")
    return key


def contents(folder):
    printed = kit(folder / "one", "-i", EXAMPLE / "inventory.json")
    kit(folder / "two", "-i", EXAMPLE / "inventory.json")
    kit(folder / "bare")
    for name in ("one", "two", "bare"):
        check(sorted(path.name for path in (folder / name).iterdir()) == FILES, f"files of {name}")
    keys = {key_of(folder / name) for name in ("one", "two", "bare")}
    check(len(keys) == 3, "two kits have one key")
    check("secret" in printed and not any(key in printed for key in keys), "what kit prints")
    for name in FILES[:-1]:
        text = (folder / "one" / name).read_bytes()
        check(text == (folder / "two" / name).read_bytes(), f"{name} differs between two kits")
        check(not any(key.encode() in text for key in keys), f"{name} holds a key")
    script = read(folder / "one/identity.js")
    check(script.startswith('var scope = { locations: ["1/root/conferencing", "/"], checkLogon: false };\n'),
          "the scope of identity.js")
    for part in ("identity_fingerprint", "identity"):
        check((TOP / f"collectors/probes/{part}.js").read_text() in script, f"{part}.js is another")
    check('locations: ["/"]' in read(folder / "bare/identity.js"), "the scope without inventory")


def refusals(folder):
    (folder / "there").mkdir()
    done = standby("kit", folder / "there")
    check(done.returncode == 70 and not any((folder / "there").iterdir()), "a folder that is there")
    check(standby("kit").returncode == 64, "no folder named")
    check(standby("kit", folder / "x", folder / "y").returncode == 64, "two folders named")
    done = standby("kit", folder / "none", "-i", folder / "missing.json")
    check(done.returncode == 65 and not (folder / "none").exists(), "an inventory that is missing")


def judged(folder):
    """What comes back, under the names that the kit gives, is what the example is made of."""
    medium = folder / "medium"
    shutil.copytree(EXAMPLE, medium)
    written = {line.split()[-1] for line in read(folder / "one/collect.cmd").split("\n")
               if line.startswith(("reg ", "if exist %windir%"))} | {"identity.json"}
    for node in ("CONF1", "CONF2"):
        for path in (medium / node).iterdir():
            check(path.name in written, f"nothing in the kit brings back {path.name}")
    here, there = (subprocess.run([STANDBY, "check", "-i", "inventory.json"], cwd=place, text=True,
                                  capture_output=True, check=False)
                   for place in (medium, EXAMPLE))
    check(here.stdout == there.stdout and here.returncode == there.returncode == 1,
          f"the folder that came back is judged otherwise: {here.stderr}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contents(folder)
        commands(folder / "bare")
        powershell(folder / "bare")
        passwords()
        refusals(folder)
        judged(folder)
    for problem in problems:
        print(f"failed: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
