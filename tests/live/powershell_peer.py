# SPDX-License-Identifier: Apache-2.0
"""What the tests of a real PowerShell share: where it is, what is sent to it, what it must give back.

Environment: STANDBY_PWSH, a pwsh (also found in PATH); STANDBY_PWSH_WINDOWS, a folder with pwsh.exe
and all that it needs, for Wine.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
STANDBY = str(TOP / os.environ.get("STANDBY", TOP / os.environ.get("BUILD", "build") / "standby"))
STAND_IN = HERE / "identity_stand_in.ps1"
NONE = "no PowerShell is in any Debian package"
KEY = bytes(range(32))
# What is hard about a text: nothing, ASCII, beyond it, halves of pairs, pairs, length, what shells
# and PowerShell would read something into, blanks at its ends, a NUL, ends of lines.
HARD = {"empty": "", "plain": "Synthetic-1-a9", "umlauts": "P\u00e4ssw\u00f6rd\u20ac", "halves": "\ud800x\udc00\ud83d",
        "pairs": "\U00010000\U0001f511\U0010ffff", "long": "Synthetic" * 34, "blanks": " two ends ",
        "signs": "'\"`$x $(1+1) '' \u2018 \u201d %PATH% ^&|<>", "nul": "a\0b", "lines": "\u0085\u2028\r\n"}


# --- the engine -----------------------------------------------------------------------------------

def skip(reason):
    print(reason)
    sys.exit(77)


def engine():
    """The path of pwsh."""
    path = os.environ.get("STANDBY_PWSH") or shutil.which("pwsh")
    if not path:
        skip(f"{NONE}: STANDBY_PWSH names a pwsh to run these")
    said = subprocess.run([path, "-NoProfile", "-Command", "$PSVersionTable.PSVersion.Major"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if said.returncode or not said.stdout.strip().isdigit() or int(said.stdout) < 7:
        sys.exit(f"{path} is no PowerShell 7: {said.stdout} {said.stderr}")
    return path


def windows_engine():
    """The folder of pwsh.exe."""
    folder = os.environ.get("STANDBY_PWSH_WINDOWS")
    if not folder:
        skip(f"{NONE}: STANDBY_PWSH_WINDOWS names a folder with pwsh.exe to run these")
    if not pathlib.Path(folder, "pwsh.exe").exists():
        sys.exit(f"there is no pwsh.exe in {folder}")
    return pathlib.Path(folder)


# --- what is sent ---------------------------------------------------------------------------------

class Sent:
    """The command line, the bootstrap and the script, as "standby requests" prints them."""

    def __init__(self, inventory):
        said = subprocess.run([STANDBY, "requests", "-i", inventory, "CONF1"], capture_output=True,
                              text=True, check=True).stdout
        self.line, self.bootstrap, self.script = (
            re.sub(r"^\t", "", re.search(rf"^{heading}[^\n]*\n((?:\t[^\n]*\n)+)", said, re.M)[1], flags=re.M)
            for heading in ("Where PowerShell is", "It is this text", "First line of standard"))
        self.line = self.line.strip()

    def input(self, world=None, key=KEY, check_logon=False):
        """Both lines of standard input; with what stands in for ADSI and IIS if a world is given."""
        script = self.script
        if check_logon:
            assert script.count("$checkLogon = $false") == 1
            script = script.replace("$checkLogon = $false", "$checkLogon = $true")
        first = base64.b64encode((stand_in(world) + script).encode()) + b"\n"
        return first + (key.hex().encode() + b"\n" if key else b"")


def stand_in(world):
    if world is None:
        return ""
    text = json.dumps(world).replace("'", "''")
    return f"$world = ConvertFrom-Json '{text}'\n{STAND_IN.read_text(encoding='utf-8')}\n"


def units(text):
    wide = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(wide[at:at + 2], "little") for at in range(0, len(wide), 2)]


def world(name, passwords=None, lockout=0):
    """What the stand-in holds: an application pool for each of the passwords."""
    pools = [{"name": pool, "user": f"EXAMPLE\\{pool}", "password": units(text)}
             for pool, text in (HARD if passwords is None else passwords).items()]
    return {"name": name, "user": "IUSR_X", "lockout": lockout, "pools": pools,
            "password": units(HARD["umlauts"])}


# --- what comes back ------------------------------------------------------------------------------

def frames(output):
    """{probe: [(status, content, asks)]}, the last of asks being the line that says that it is partial.
    Every byte must be in its place, behind noise of a profile."""
    text = output.decode("ascii").replace("\r\n", "\n")
    text = text[text.index("#standby 1\n") + len("#standby 1\n"):]
    found, count = {}, 0
    while not text.startswith("#end "):
        head, text = text.split("\n", 1)
        _, probe, status, length = re.fullmatch(r"(#frame) (\w+) (ok|error|none) (\d+)", head).groups()
        asks = []
        while text.startswith("#asks "):
            line, text = text.split("\n", 1)
            asks.append(line[6:])
        if text.startswith("#partial "):
            line, text = text.split("\n", 1)
            asks.append(line)
        lines = []
        while not text.startswith("#"):
            line, text = text.split("\n", 1)
            assert len(line) <= 76 or probe == "bootstrap", "a long line"
            lines.append(line)
        content = base64.b64decode("".join(lines), validate=True)
        assert len(content) == int(length), f"{probe}: {len(content)} bytes, not {length}"
        found.setdefault(probe, []).append((status, content, asks))
        count += 1
    assert text == f"#end {count}\n", f"{text!r} behind {count} frames"
    return found


def identity(output):
    ((status, content, _),) = frames(output)["identity"]
    assert status == "ok", content
    return json.loads(content.decode("ascii"))


def said(output):
    """{place: what is said of its password}"""
    return {place: credential.get("password")
            for place, credential in identity(output)["credentials"].items()}


def keyed(key, *fields):
    framed = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return hmac.new(key, framed, hashlib.sha256).hexdigest()


def fingerprint(text, key=KEY):
    if not text:
        return "empty"
    # Halves of pairs become three bytes, as FORMATS has it; Python's pairs are one character each.
    wide = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return "hmac-sha256:{}:{}".format(keyed(key, b"standby/1", b"key-id")[:16], keyed(
        key, b"standby/1", b"password", wide.encode("utf-8", "surrogatepass")))


def expect(holds, what):
    if not holds:
        raise AssertionError(what)


def expect_equal(actual, expected, what):
    if isinstance(actual, dict) and isinstance(expected, dict) and actual != expected:
        names = sorted(name for name in set(actual) | set(expected)
                       if actual.get(name) != expected.get(name))
        raise AssertionError(f"{what}:\n" + "\n".join(
            f"{name}: {actual.get(name)!r}, not {expected.get(name)!r}" for name in names))
    expect(actual == expected, f"{what}: {actual!r}, not {expected!r}")


# --- applicationHost.config -----------------------------------------------------------------------

SECTION = "system.webServer/security/authentication/anonymousAuthentication"
USUAL = {"declared": 'overrideModeDefault="Deny"', "top": 'enabled="true" userName="IUSR"',
         "location": "", "own": 'userName="IUSR_X" password="Synthetic-1-a9" logonMethod="Network"',
         "more": "", "head": "", "pools": "", "sites": ""}
PLACE = "iis/location/1%2Froot%2Fconferencing/anonymous"


def nested(section):
    groups = SECTION.split("/")[:-1]
    return "".join(f"<{group}>" for group in groups) + section + "".join(
        f"</{group}>" for group in reversed(groups))


def host_configuration(**changed):
    """A small applicationHost.config: a site with one virtual directory of its own settings."""
    part = {**USUAL, **changed}
    groups = "".join(f'<sectionGroup name="{group}">' for group in SECTION.split("/")[:-1])
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{part['head']}<configuration>
  <configSections>{groups}<section name="anonymousAuthentication" {part['declared']} />{
      '</sectionGroup>' * 3}</configSections>
  <system.applicationHost>
    <applicationPools>{part['pools']}
      <applicationPoolDefaults><processModel identityType="ApplicationPoolIdentity" /></applicationPoolDefaults>
    </applicationPools>
    <sites>
      <site name="Default Web Site" id="1"><application path="/">
        <virtualDirectory path="/" physicalPath="C:\\x" />
        <virtualDirectory path="/Conferencing" physicalPath="C:\\y" />
      </application></site>{part['sites']}
    </sites>
  </system.applicationHost>
  {nested(f"<anonymousAuthentication {part['top']} />")}
  <location path="Default Web Site/conferencing" {part['location']}>{
      nested(f"<anonymousAuthentication {part['own']} />")}</location>{part['more']}
</configuration>
""".encode("utf-8-sig")
