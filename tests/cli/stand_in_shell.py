# A STAND-IN for the command shell of a Windows node: no Windows and no PowerShell.
# SPDX-License-Identifier: Apache-2.0
"""Behind the machine's real sshd, as its ForceCommand. It answers the question for the shell,
and to the bootstrap of the PowerShell dialect it gives the frames that a node with the artefacts of
an example would give. What it was sent it looks at and writes down, with what is wrong with it.

stand_in_shell.py NODES.json   NODES.json: {server's address, or "*": node}, made by node()

A node: "frames" [[probe, base64, [asks]]], "passwords" {place: text}, "shell" cmd or powershell,
"witness" (folder for what was sent), and if wanted "noise" [before, between, standard error],
"pause" (seconds before the end), "fault" (see FAULTS).
"""
import base64
import json
import os
import sys
import time

QUESTION = "echo %ComSpec% $PSHOME"
ANSWERS = {"cmd": "C:\\WINDOWS\\system32\\cmd.exe $PSHOME\r\n",
           "powershell": "%ComSpec%\r\nC:\\Windows\\System32\\WindowsPowerShell\\v1.0\r\n"}
BOOTSTRAP = "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand "
FAULTS = ("endless", "cut", "garbage", "hash", "length", "count", "empty", "killed", "dropped",
          "silent", "code", "drip")
FOREVER_S = 120
HKLM = "HKEY_LOCAL_MACHINE\\"
# The key that the one registry file of an example asks for, per probe.
REGISTRY = {
    "dcom_app": "appid.reg", "dcom_class": "clsid.reg", "dcom_machine": "ole.reg",
    "subauthentication": "msv1_0.reg",
}


# --- what a node has, computed from an example ----------------------------------------------------

def query_value(name, data):
    """One value of a .reg file as reg query prints it."""
    if data.startswith("hex:"):
        kind, data = "REG_BINARY", data[4:].replace(",", "").upper()
    elif data.startswith("dword:"):
        kind, data = "REG_DWORD", f"0x{int(data[6:], 16):x}"
    else:
        kind, data = "REG_SZ", data[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return f"    {name}    {kind}    {data}"


def query_of(export):
    """(first key, text of reg query /s) of a .reg file."""
    lines, first = [], None
    for line in export.decode("utf-16").replace("\\\r\n  ", "").split("\r\n")[1:]:
        if line.startswith("["):
            first = first or line[1:-1]
            lines += ["", line[1:-1]]
        elif line.startswith("@="):
            lines.append(query_value("(Default)", line[2:]))
        elif line:
            name, data = line[1:].split('"=', 1)
            lines.append(query_value(name, data))
    return first, "\r\n".join([*lines, "", ""])


def simple_query(key, *keys):
    lines = []
    for path, values in keys:
        lines += ["", key + path, *(f"    {name}    {kind}    {data}"
                                    for name, kind, data in values)]
    return key, "\r\n".join([*lines, "", ""])


def computer_name(name):
    return simple_query(
        HKLM + "SYSTEM\\CurrentControlSet\\Control\\ComputerName", ("", []),
        ("\\ActiveComputerName", [("ComputerName", "REG_SZ", name)]),
        ("\\ComputerName", [("ComputerName", "REG_SZ", name)]))


def node(folder, name, passwords, witness, **more):
    """What NODES.json says of a node that has the artefacts in `folder`."""
    queries = {probe: query_of((folder / file).read_bytes()) for probe, file in REGISTRY.items()}
    queries["computer_name"] = computer_name(name)
    queries["iis_version"] = simple_query(
        HKLM + "SOFTWARE\\Microsoft\\InetStp",
        ("", [("MajorVersion", "REG_DWORD", "0x6"), ("MinorVersion", "REG_DWORD", "0x0")]))
    frames = {probe: (text.encode(), [key]) for probe, (key, text) in queries.items()}
    windows = (folder / "windows.txt").read_bytes().decode("cp437")
    frames["os_version"] = (windows.encode(), [windows.split("\r\n")[1] + "\\*"])
    frames["metabase"] = ((folder / "MetaBase.xml").read_bytes(), [])
    frames["identity"] = ((folder / "identity.json").read_bytes(), [])
    return {"frames": [[probe, base64.b64encode(content).decode(), asks]
                       for probe, (content, asks) in sorted(frames.items())],
            "passwords": passwords, "shell": "cmd", "witness": str(witness), **more}


# --- what was sent --------------------------------------------------------------------------------

def look_at_script(script, probes):
    for probe in probes:
        if f"Invoke-Part '{probe}'" not in script:
            yield f"the script has no part {probe}"
    if script.rstrip().rsplit("\n", 1)[-1] != "exit 0":
        yield "the script does not end with its exit code"


def look_for_key(key, script, line):
    places = {"script": script, "command": line, "environment": str(dict(os.environ)),
              "arguments": str(sys.argv)}
    raw = bytes.fromhex(key)
    for spelling in (key, key.upper(), base64.b64encode(raw).decode()):
        for place, text in places.items():
            if spelling in text:
                yield f"the key stands in the {place}"


def read_input(line, me):
    """(key or "", scope, problems); reads to the end of standard input."""
    problems = []
    bootstrap = base64.b64decode(line[len(BOOTSTRAP):]).decode("utf-16-le")
    if "'" not in bootstrap or "[Console]::In.ReadLine()" not in bootstrap or len(line) > 8190:
        problems.append("the bootstrap is another one")
    script = base64.b64decode(sys.stdin.buffer.readline()).decode("utf-8")
    key = sys.stdin.buffer.readline().decode("ascii")
    if sys.stdin.buffer.read():
        problems.append("there is more than two lines of input")
    problems += look_at_script(script, [probe for probe, _, _ in me["frames"]])
    if key and (len(key) != 65 or key[64] != "\n" or key.lower() != key):
        problems.append("the key is not one line of 64 hexadecimal digits")
        key = ""
    if key:
        problems += look_for_key(key.strip(), script + bootstrap, line)
    scope = [one for one in script.splitlines() if one.startswith("$") and " = @(" in one]
    return key.strip(), scope, problems


def write_down(me, **what):
    with open(f"{me['witness']}/{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump(what, file)


# --- replies --------------------------------------------------------------------------------------

def fields_hmac(key, *fields):
    import hashlib
    import hmac
    framed = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return hmac.new(key, framed, hashlib.sha256).hexdigest()


def identity(content, key, passwords):
    """With fingerprints of this run's key, or without credentials where it sent none."""
    document = json.loads(content)
    document["collected"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    raw = bytes.fromhex(key)
    for place, password in passwords.items():
        document["credentials"][place]["password"] = "hmac-sha256:{}:{}".format(
            fields_hmac(raw, b"standby/1", b"key-id")[:16],
            fields_hmac(raw, b"standby/1", b"password", password.encode()))
    if not key:
        del document["credentials"]
    return json.dumps(document).encode()


def frame(probe, content, asks):
    encoded = base64.b64encode(content).decode()
    return "".join([f"#frame {probe} ok {len(content)}\n", *(f"#asks {key}\n" for key in asks),
                    *(encoded[at:at + 76] + "\n" for at in range(0, len(encoded), 76))])


def frames(me, key):
    for probe, content, asks in me["frames"]:
        content = base64.b64decode(content)
        if probe == "identity":
            content = identity(content, key, me["passwords"] if key else {})
        yield frame(probe, content, asks)


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def wait(seconds):
    """Ends with the connection, as what an sshd of Windows has started does."""
    import select
    gone = select.poll()
    gone.register(1, select.POLLERR | select.POLLHUP)
    if gone.poll(seconds * 1000):
        os._exit(1)


def session_of_sshd():
    pid = os.getppid()
    while pid > 1:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
        if name.startswith("sshd"):
            return pid
        pid = int(rest.split()[1])
    raise AssertionError("this does not run behind an sshd")


def spoil(fault, parts):
    """Damage that lies in the text; parts are the frames."""
    third = parts[2].split("\n")
    if fault == "garbage":
        third[3] = "\x00\x07%~" * 19
    if fault == "hash":
        third[3] = "#" + third[3][1:]
    if fault == "length":
        head = third[0].rsplit(" ", 1)
        third[0] = f"{head[0]} {int(head[1]) + 5}"
    return [*parts[:2], "\n".join(third), *parts[3:]]


def stop_in_the_middle(fault, parts):
    if fault == "cut":
        say("".join(parts[:3]) + parts[3][:len(parts[3]) // 2])
        return True
    if fault not in ("killed", "dropped", "silent", "code", "drip"):
        return False
    say(parts[0])
    if fault == "code":
        os._exit(9)
    while fault == "drip":
        say(".")
        wait(0.1)
    if fault == "silent":
        wait(FOREVER_S)
    time.sleep(0.2)
    os.kill(session_of_sshd() if fault == "dropped" else os.getpid(), 9)
    return True


def reply(me, key):
    fault, noise = me.get("fault"), me.get("noise", ["", "", ""])
    sys.stderr.write(noise[2])
    say(noise[0] + "#standby 1\n")
    parts = spoil(fault, list(frames(me, key)))
    if stop_in_the_middle(fault, parts):
        return
    say(noise[1].join(parts[:-1]))
    wait(me.get("pause", 0))
    say(parts[-1])
    while fault == "endless":
        say("nothing but noise, and no end of it\r\n" * 1000)
    say(noise[1] + f"#end {len(parts) + (fault == 'count')}\n" + noise[1])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        nodes = json.load(file)
    address = os.environ["SSH_CONNECTION"].split()[2]
    me = nodes.get(address) or nodes["*"]
    line = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    if line.startswith("exit "):
        return int(line[5:])
    if line == QUESTION:
        say(ANSWERS[me["shell"]])
    elif line.startswith(BOOTSTRAP):
        key, scope, problems = read_input(line, me)
        write_down(me, key=key, scope=scope, address=address, problems=problems)
        if me.get("fault") != "empty":
            reply(me, key)
    elif me.get("fault") != "empty":
        write_down(me, key="", problems=["a command that nobody expected: " + line])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
