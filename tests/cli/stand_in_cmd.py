# A STAND-IN for cmd.exe of a Windows node without PowerShell: no Windows.
# SPDX-License-Identifier: Apache-2.0
"""Behind the machine's real sshd, as its ForceCommand. It answers each command of the command
shell's dialect as a node with the artefacts of an example would. A command that it was not made for
is a breach, which it writes down.

stand_in_cmd.py NODES.json   NODES.json: {"*": node}, a node of stand_in_shell.node() with "temp"
(folder that is %TEMP%), "page" (code page of what reg prints) and if wanted "complaints" [[part of a
command, standard error]], "codes" [[part of a command, exit code]], "chcp" (what it says), "remarks"
[[part of a command, what stands behind its output]], "cut" [[part of a command, lines]] (no more of
its output comes, and code 0), "lost" (the shell ends while the script runs).
"""
import base64
import contextlib
import io
import json
import os
import re
import sys
import urllib.parse

sys.dont_write_bytecode = True  # nothing may stay in the tree
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stand_in_shell  # noqa: E402

LINE = "eval(unescape(WScript.StdIn.ReadLine()))"
FILE = r'"%TEMP%\\(standby-[0-9a-f]{16}\.js)"'
SCRIPT = re.compile(rf"echo {re.escape(LINE)}>{FILE}&cscript //nologo //E:JScript //T:300 {FILE}"
                    rf"&del /f /q {FILE}")
PAGES = 'reg query "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage" /v OEMCP'


def listed(me, name, otherwise=None):
    """What the node has for this command."""
    return next((value for part, value in me.get(name, []) if part in SENT), otherwise)


def answer_registry(me):
    """The whole of reg query, of the keys that the node's artefacts are about."""
    for probe, content, asks in me["frames"]:
        for key in asks:
            named = key.removesuffix("\\*")
            if SENT == f'reg query "{named}"' + ("" if key.endswith("*") else " /s"):
                text = base64.b64decode(content).decode("utf-8")
                return text.encode(f"cp{me['page']}")
    return None


def artefact(me, wanted):
    return next(base64.b64decode(content) for probe, content, _ in me["frames"] if probe == wanted)


def run_script(me, found):
    """echo, cscript and del, one behind the other."""
    names, problems = set(found.groups()), []
    path = os.path.join(me["temp"], found[1])
    if len(names) != 1:
        problems.append("the command is about several files")
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write(LINE + "\r\n")
    script = urllib.parse.unquote(sys.stdin.buffer.readline().decode("ascii"))
    key = sys.stdin.buffer.readline().decode("ascii").strip()
    if not script.startswith("var scope = {") or "function identity()" not in script:
        problems.append("the script is another one")
    if sys.stdin.buffer.read():
        problems.append("there is more than two lines of input")
    if key:
        problems += stand_in_shell.look_for_key(key, script, SENT)
    stand_in_shell.write_down(me, key=key, problems=problems)
    if me.get("lost"):
        os.kill(os.getpid(), 9)
    document = json.loads(stand_in_shell.identity(artefact(me, "identity"), key,
                                                  me["passwords"] if key else {}))
    if "checkLogon: true" in script:
        document["logon"] = {".\\iusr_conf1": {"state": "not-tried", "why": "a stand-in tries nobody"}}
    sys.stdout.buffer.write(json.dumps(document).encode())
    sys.stdout.flush()
    os.unlink(path)


def answer(me):
    """The exit code."""
    if SENT.startswith("chcp"):
        said = me.get("chcp", f"Aktive Codepage: {me['page']}.") + "\r\n%PROCESSOR_ARCHITEW6432%\r\n"
        sys.stdout.write(said)
    elif SENT == PAGES and WANTS_END:
        key = SENT.split('"')[1]
        sys.stdout.write(f"\r\n{key}\r\n    OEMCP    REG_SZ    {me['page']}\r\n\r\n")
    elif SENT.startswith("for %i in (reg.exe) do @echo "):
        sys.stdout.write("[]\r\n" if me.get("reg") is False else "[C:\\reg.exe]\r\n")
    elif SENT.startswith("reg query ") and WANTS_END:
        content = None if me.get("reg") is False else answer_registry(me)
        sys.stdout.buffer.write(content or b"")
        return 1 if content is None else 0
    elif SENT.startswith("if exist "):
        sys.stdout.buffer.write(artefact(me, "metabase"))
    elif SCRIPT.fullmatch(SENT):
        run_script(me, SCRIPT.fullmatch(SENT))
    else:
        stand_in_shell.write_down(me, key="", problems=["a command that nobody expected: " + SENT])
        return 1
    return 0


def answer_in_part(me, lines):
    """As a server that stops in the middle and does not say how the command ended."""
    whole = io.TextIOWrapper(io.BytesIO(), newline="")
    with contextlib.redirect_stdout(whole):
        answer(me)
    whole.flush()
    sys.stdout.buffer.write(b"".join(whole.buffer.getvalue().splitlines(True)[:lines]))
    return 0


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        me = json.load(file)["*"]
    if SENT == stand_in_shell.QUESTION:
        sys.stdout.write(stand_in_shell.ANSWERS["cmd"])
        return 0
    sys.stderr.write(me.get("autorun", ""))
    if SENT.startswith("exit "):
        return int(SENT[5:])
    if SENT.startswith(stand_in_shell.BOOTSTRAP):
        sys.stdin.buffer.read()
        return 9009 & 0xff
    lines = listed(me, "cut")
    if lines is not None:
        return answer_in_part(me, lines)
    code = answer(me)
    sys.stderr.write(listed(me, "complaints", ""))
    sys.stdout.write(listed(me, "remarks", ""))
    code = listed(me, "codes", code)
    if WANTS_END and code == 0:
        sys.stdout.write("#end\r\n")
    return code


LINE_SENT = os.environ.get("SSH_ORIGINAL_COMMAND", "")
SENT = LINE_SENT.removesuffix("&&echo #end")
WANTS_END = SENT != LINE_SENT
if __name__ == "__main__":
    sys.exit(main())
