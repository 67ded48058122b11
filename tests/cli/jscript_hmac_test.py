#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""identity.js under two independent engines of the language (mujs, duktape): its arithmetic, its
encodings, and what it writes where a stand-in plays Windows (identity_stand_in.js).

Not shown here: that the real ADSI, WMI and Windows Script Host answer like the stand-in. Wine's
cscript has neither standard input nor ADSI.
Environment: STANDBY, the program. Exit code 0: all hold; 77: something to test with is missing.
"""
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
STANDBY = Path(os.environ.get("STANDBY", TOP / "standby")).resolve()
PARTS = TOP / "collectors/probes"
ENGINES = [name for name in ("mujs", "duk") if shutil.which(name)]
KEY = bytes(range(32))
CANARY = "C4nary-P\u00e4ss\u20acw0rd"
PREFIX = "S-1-5-21-1-2-3"
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def run(engine, script):
    with tempfile.NamedTemporaryFile("w", suffix=".js", encoding="ascii") as file:
        file.write(script)
        file.flush()
        done = subprocess.run([engine, file.name], capture_output=True, text=True, timeout=120,
                              check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {engine}: {done.stderr} {done.stdout[:300]}")
    return done.stdout


def field(data):
    return len(data).to_bytes(4, "big") + data


def fingerprint(key, password):
    def tag(*fields):
        return hmac.new(key, b"".join(map(field, fields)), hashlib.sha256).hexdigest()
    return f"hmac-sha256:{tag(b'standby/1', b'key-id')[:16]}:{tag(b'standby/1', b'password', password)}"


def literal(text):
    units = text.encode("utf-16-be", "surrogatepass")
    return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'


# --- arithmetic -----------------------------------------------------------------------------------

RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\x0c" * 20, b"Test With Truncation",
     "a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"This is a test using a larger than block-size key and a larger than block-size "
     b"data. The key needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]
PASSWORDS = ["P\u00e4ssw0rd", "a", "\x7f\x80\u07ff\u0800\uffff", "\U0001f511key", "\ud800lone\udc00",
             "x" * 55, "x" * 56, "x" * 64, "y" * 500]


def openssl_agrees():
    """The vector of the format, computed by two programs that are not ours."""
    message = b"".join(map(field, (b"standby/1", b"password", PASSWORDS[0].encode())))
    done = subprocess.run(["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt",
                           f"hexkey:{KEY.hex()}", "-binary"], input=message, capture_output=True,
                          check=True)
    check(fingerprint(KEY, PASSWORDS[0].encode()).endswith(done.stdout.hex()),
          "openssl and Python disagree")


def arithmetic(engine):
    text = (PARTS / "identity_fingerprint.js").read_text("ascii")
    calls, expected = [], []
    for key, message, digest in RFC_4231:
        calls.append(f"bytesToText(hmac({list(key)}, {list(message)}))")
        expected.append(digest)
    for length in range(0, 200, 3):
        calls.append(f"bytesToText(sha256({list(range(length))}))")
        expected.append(hashlib.sha256(bytes(range(length))).hexdigest())
    for password in PASSWORDS:
        calls.append(f"fingerprint({list(KEY)}, {literal(password)})")
        data = password.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        expected.append(fingerprint(KEY, data.encode("utf-8", "surrogatepass")))
    got = run(engine, text + "".join(f"print({call});\n" for call in calls)).split()
    for call, has, wants in zip(calls, got, expected):
        check(has == wants, f"{engine}: {call[:60]} gives {has}")
    check(len(got) == len(expected), f"{engine}: {len(got)} answers instead of {len(expected)}")


# --- what it writes -------------------------------------------------------------------------------

def script(folder):
    """As a node gets it, with its scope."""
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"version": 1, "clusters": [{
        "name": "one", "locations": ["/", "1/ROOT/conferencing", "2/\u00e4 \"\U0001f511\\"],
        "nodes": [{"name": "CONF1", "role": "primary", "files": "CONF1"},
                  {"name": "CONF2", "role": "backup", "files": "CONF2"}]}]}))
    subprocess.run([STANDBY, "kit", folder / "kit", "-i", inventory], check=True, capture_output=True)
    return (folder / "kit/identity.js").read_text("ascii").replace("\r\n", "\n")


def write(engine, text, **world):
    settings = {"iis": 6, "key": KEY.hex(), "password": CANARY, "user": "IUSR_CONF1",
                "set": ["IIS://LOCALHOST/W3SVC"], **world}
    stand_in = (TOP / "tests/cli/identity_stand_in.js").read_text("ascii")
    output = run(engine, f"var world = {json.dumps(settings)};\n{stand_in}\n{text}\n"
                         "print(written + \"@\" + PASSWORDS);\n")
    written, _, count = output.rpartition("@")
    check(written.isascii(), f"{engine}: the output is not ASCII")
    for form in (CANARY, json.dumps(CANARY)[1:-1], CANARY.encode().hex(),
                 base64.b64encode(CANARY.encode()).decode(), KEY.hex()):
        check(form not in written, f"{engine}: a secret stands in the output")
    return json.loads(written), int(count)


def validate(document, schema, what):
    if schema:
        for mistake in schema.iter_errors(document):
            check(False, f"{what}: {mistake.message}")


def judge(folder, document, what):
    """Our own reader takes it, too."""
    node = folder / "CONF1"
    node.mkdir(exist_ok=True)
    (node / "identity.json").write_text(json.dumps(document))
    shutil.rmtree(folder / "CONF2", ignore_errors=True)
    shutil.copytree(node, folder / "CONF2")
    done = subprocess.run([STANDBY, "check", "-i", folder / "inventory.json", "--node", "CONF1"],
                          capture_output=True, text=True, check=False)
    check("must be" not in done.stdout + done.stderr, f"{what}: {done.stdout} {done.stderr}")


def collected(folder, document):
    """The snapshot of a node of which only this is known."""
    (folder / "CONF1/identity.json").write_text(json.dumps(document))
    shutil.rmtree(folder / "out", ignore_errors=True)
    subprocess.run([STANDBY, "collect", "-i", folder / "inventory.json", "-o", folder / "out"],
                   check=False, capture_output=True)
    return json.loads((folder / "out/CONF1.json").read_text())


def worlds(engine, text, schema, folder):
    here, root = "iis/location/1%2Froot%2Fconferencing/anonymous", "iis/location/%2F/anonymous"
    tag = fingerprint(KEY, CANARY.encode())
    document, _ = write(engine, text)
    validate(document, schema, "IIS 6")
    judge(folder, document, "IIS 6")
    check(document["credentials"] == {
        here: {"user": "IUSR_CONF1", "password": tag}, root: {"user": "IUSR_CONF1", "password": tag},
        "iis/wam": {"user": "IWAM_CONF1", "password": "unreadable"},
        "iis/pool/pool %251": {"user": "IWAM_CONF1", "password": "unreadable"}},
        f"{engine}: credentials of IIS 6: {document['credentials']}")
    check(document["computer"] == {"name": "CONF1", "domain": "example.test", "sid": PREFIX,
                                   "os": "5.2.3790", "iis": "6.0",
                                   "isolation-mode": "worker-process"},
          f"{engine}: computer: {document['computer']}")
    account = document["accounts"][".\\IUSR_CONF1"]
    check(account["sid"] == PREFIX + "-1003" and account["groups"] == ["S-1-5-32-545"] and
          account["expires"] is None and account["password-expires"] is None and
          account["enabled"] and not account["locked"], f"{engine}: account: {account}")
    check(document["accounts"][".\\IWAM_CONF1"] == {"exists": False},
          f"{engine}: a missing account")
    check(document["accounts-complete"] is True, f"{engine}: the accounts are complete")

    document, _ = write(engine, text, iis=5)
    validate(document, schema, "IIS 5")
    check(document["credentials"][here] == {"user": "IUSR_CONF1", "password": tag, "enabled": True,
                                            "sync": True, "logon-method": "interactive"},
          f"{engine}: credentials of IIS 5: {document['credentials']}")
    for places, state in ((["IIS://LOCALHOST/W3SVC/1/ROOT"], "empty"), (None, "not-set"),
                          (["IIS://LOCALHOST/W3SVC/1/ROOT/conf"], "not-set")):
        document, _ = write(engine, text, password="", set=places)
        check(document["credentials"][here]["password"] == state, f"{engine}: set at {places}")

    document, _ = write(engine, text, iis=10, user="IUSR", password="")
    validate(document, schema, "IIS 10")
    check(document["credentials"][here] == {"user": "IUSR", "password": "empty", "enabled": True,
                                            "logon-method": "cleartext"} and
          "iis/pool/pool%2F1" in document["credentials"] and
          ".\\IUSR" not in document["accounts"], f"{engine}: IIS 10: {document['credentials']}")

    check("logon" not in document, f"{engine}: a logon check that nobody asked for")
    asked = text.replace("], checkLogon: false };", "], checkLogon: true };", 1)
    check(asked != text, "the script does not say whether the logon check is asked for")
    for iis, user, names in ((5, "IUSR_CONF1", {".\\iusr_conf1", ".\\iwam_conf1"}),
                             (6, "CONF1\\IUSR_CONF1", {".\\iusr_conf1", ".\\iwam_conf1"}),
                             (10, "IUSR", {"example\\pool"}), (10, "NT AUTHORITY\\IUSR",
                                                               {"example\\pool"})):
        for password in (CANARY, ""):
            document, _ = write(engine, asked, iis=iis, user=user, password=password)
            validate(document, schema, f"a logon check on IIS {iis}")
            judge(folder, document, f"a logon check on IIS {iis}")
            check(set(document["logon"]) == names, f"{engine}: not tried: {document['logon']}")
            check(all(entry["state"] == "not-tried" and "PowerShell" in entry["why"]
                      for entry in document["logon"].values()), f"{engine}: {document['logon']}")
    said = collected(folder, document)["coverage"]
    check(any(entry["prefix"] == "account/EXAMPLE\\pool/logon" and entry["state"] == "unknown" and
              "the logon was not tried: " in entry["why"] for entry in said),
          f"the snapshot does not say why no account was tried: {said}")

    for iis in (5, 6, 10):
        document, count = write(engine, text, iis=iis, key=None)
        validate(document, schema, "without a key")
        check(count == 0 and "password\"" not in json.dumps(document),
              f"{engine}: without a key no password is looked at")


# --- words ----------------------------------------------------------------------------------------

LATER = r"\.(push|pop|shift|unshift|splice|apply|call|hasOwnProperty|toFixed|map|forEach|trim)\(|" \
        r"\b(let|const|class|encodeURIComponent|decodeURIComponent|JSON|byte|char)\b|=>|,\s*[\]}]|(?<!\")\bundefined\b"
CHANGES = r"\.(Put\w*|SetInfo|Set\w*|CommitChanges|Create\b|Delete\w*|Remove\w*|RegWrite|RegDelete|" \
          r"Run|Exec|MoveHere|CopyHere|SaveData|Execute)\b"
OBJECTS = {"WScript.Shell", "WScript.Network", "Microsoft.XMLDOM",
           "Microsoft.ApplicationHost.AdminManager"}


def words():
    """Nothing that JScript 5.1 lacks, nothing that changes a node."""
    for path in sorted(PARTS.glob("*.js")):
        text = re.sub(r"//[^\n]*", "", path.read_text("ascii"))
        text = re.sub(r'"IIS:|"WinNT:', '"', text)
        for pattern in (LATER, CHANGES):
            for found in re.finditer(pattern, text):
                check(False, f"{path.name}: {found[0]}")
        for name in re.findall(r'new ActiveXObject\("([^"]*)"\)', text):
            check(name in OBJECTS, f"{path.name}: the object {name}")
        check(text.count("ActiveXObject(") == len(re.findall(r'ActiveXObject\("', text)),
              f"{path.name}: an object by a name that is not written out")


def main():
    words()
    schema = None
    try:
        import jsonschema
        schema = jsonschema.Draft7Validator(
            json.loads((TOP / "collectors/identity.schema.json").read_text()))
    except ImportError:
        pass
    if shutil.which("openssl"):
        openssl_agrees()
    with tempfile.TemporaryDirectory() as name:
        text = script(Path(name))
        for engine in ENGINES:
            arithmetic(engine)
            worlds(engine, text, schema, Path(name))
    for problem in problems:
        print(f"failed: {problem}")
    if problems:
        return 1
    if len(ENGINES) < 2 or not schema:
        print("skipped: mujs, duk (package duktape) or python3-jsonschema is not installed")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
