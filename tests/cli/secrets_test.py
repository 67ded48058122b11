#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""No password that stands in an artefact comes out: not in reports, snapshots, decoded texts or
messages, in whatever spelling, whole or in part, and not where the syntax breaks beside it.

Each place where artefacts keep a password gets one of its own with a stem that is nowhere else.
What is no password but nobody asked for gets another stem, which only "decode registry" may show.
"""
import base64
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from program import EXAMPLES, SANITIZED, Suite  # noqa: E402

EXAMPLE = EXAMPLES / "conferencing-2003"
NODE = "CONF1"
SECRET = "QzvKwR7mXj"  # behind it stand three digits, which say of which place it is
STRAY = "Wv8pYtGd3N"
PIECE = 7              # so much of a stem is too much
EVERY = 9 if SANITIZED else 1


# --- what must not come out -----------------------------------------------------------------

def base64_forms(data):
    """What base64 makes of it wherever it begins, without what its neighbours decide."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data + b"\0\0")
        yield text[(8 * shift + 5) // 6:(8 * (shift + len(data))) // 6]


def spellings(stem):
    for size in (PIECE, len(stem)):
        for start in range(len(stem) - size + 1):
            piece = stem[start:start + size]
            for encoding in ("ascii", "utf-16-le", "utf-16-be"):
                data = piece.encode(encoding)
                yield data.lower()
                for between in ("", ",", " ", ":"):
                    yield between.join(f"{byte:02x}" for byte in data).encode()
            for form in ("%{:02x}", "&#{};", "&#x{:x};", "\\u{:04x}", "\\x{:02x}"):
                yield "".join(form.format(ord(letter)) for letter in piece).encode()


FOLDED = {stem: sorted(set(spellings(stem))) for stem in (SECRET, STRAY)}
EXACT = {stem: sorted({form for encoding in ("ascii", "utf-16-le")
                       for form in base64_forms(stem.encode(encoding))})
         for stem in (SECRET, STRAY)}


def shows(stem, data):
    folded = data.lower()
    return (any(needle in folded for needle in FOLDED[stem])
            or any(needle in data for needle in EXACT[stem]))


# --- places ---------------------------------------------------------------------------------

class Place:
    """A file with a password in it: the text before it, the password as this file spells it, the
    text behind it."""

    def __init__(self, name, what, before, after, spell, encoding="utf-8"):
        self.name, self.what, self.before, self.after = name, what, before, after
        self.encoding, self.spell = encoding, spell

    def content(self, secret, before="", after="", cut=None):
        text = self.before + before + secret + after + self.after
        if cut is not None:
            text = text[:len(self.before) + cut]
        return text.encode(self.encoding, "replace")


def plain(stem):
    return stem


def in_xml(stem):
    return f"p&amp;ä&lt;{stem}&quot;ß"


def in_json(stem):
    return f'p\\"ä\\\\{stem}<ß'


def in_registry(stem):
    return f'p\\"ä\\\\{stem}<ß'


def as_bytes(stem):
    return ",".join(f"{byte:02x}" for byte in stem.encode("utf-16-le"))


def as_encrypted(stem):
    return stem.encode("utf-16-le").hex()


def split(text, mark):
    before, after = text.split(mark)
    return before, after


def metabase_places():
    """Every spelling of a password's property in the metabase."""
    text = (EXAMPLE / NODE / "MetaBase.xml").read_text("utf-8-sig")
    text = re.sub(r'\n\t\t(AnonymousUserPass|WAMUserPass|UNCPassword)="[^"]*"', "", text)
    service = '\n\t\tAnonymousUserName="'
    custom = '\n<Custom {} Value="@" Type="STRING" UserType="IIS_MD_UT_FILE" Attributes="SECURE"/>'
    for name in ("AnonymousUserPass", "WAMUserPass", "UNCPassword", "LogOdbcPassword",
                 "SessionKey2", "AdminPassword", "UnknownName_6021"):
        attribute = text.replace(service, f'\n\t\t{name}="@"' + service, 1)
        yield f"attribute {name}", attribute, in_xml
        yield f"attribute {name}, encrypted", attribute, as_encrypted
    keys = {"IIsWebService": '<IIsWebServer\tLocation ="/LM/W3SVC/1"',
            "IIsConfigObject": "</IIsConfigObject>"}
    customs = ['Name="AnonymousUserPass" ID="6021"', 'ID="6021"', 'Name="UnknownName_6021"',
               'Name="UnknownName_6021" ID="6021"', 'Name="AnonymousUserPass"', 'ID="7502"',
               'Name="WAMUserPass" ID="7502"', 'ID="3003"', 'Name="UnknownName_9999" ID="9999"',
               'Name="LogOdbcPassword" ID="4015"', 'Name="AnonymousUserPass" ID="3003"']
    end = text.rindex("</IIsApplicationPools>")
    for words in customs:
        yield (f"Custom {words}", text[:end] + custom.format(words) + text[end:], in_xml)
        config = text.index(keys["IIsConfigObject"], text.index('"/LM/IISADMIN/PROPERTY'))
        yield (f"IIsConfigObject {words}", text[:config] + custom.format(words) + text[config:],
               in_xml)
    root = text.index("<IIsWebVirtualDir")
    key = '<IIsConfigObject Location="/LM/W3SVC/1/ROOT/other" {}="@">' \
          "</IIsConfigObject>\n"
    for name in ("AnonymousUserPass", "WAMUserPass"):
        yield f"IIsConfigObject {name}", text[:root] + key.format(name) + text[root:], in_xml
    yield "text", text[:root] + "@\n" + text[root:], in_xml
    yield "comment", text[:root] + "<!-- @ -->\n" + text[root:], plain
    yield "Custom without a name", text[:end] + '<Custom Value="@"/>' + text[end:], in_xml


def registry_places():
    machine = "HKEY_LOCAL_MACHINE\\"
    winlogon = machine + "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon"
    ole = machine + "SOFTWARE\\Microsoft\\Ole"
    secrets = machine + "SECURITY\\Policy\\Secrets\\DefaultPassword\\CurrVal"
    snmp = machine + "SYSTEM\\CurrentControlSet\\Services\\SNMP\\Parameters\\"
    for key, name in ((winlogon, "DefaultPassword"), (ole, "password"), (ole, "MyPwd"),
                      (ole, "Proxy Passwd"), (ole, "SharedSecret"), (ole, "Passphrase"),
                      (secrets, "Anything"), (machine + "SAM\\SAM\\Domains\\Account", "V")):
        yield f"{name}", f'[{key}]\r\n"{name}"="@"\r\n', in_registry
        for kind in ("hex", "hex(1)", "hex(2)", "hex(7)", "hex(0)"):
            yield f"{name} {kind}", f'[{key}]\r\n"{name}"={kind}:@\r\n', as_bytes
    yield "LSA secret", f"[{secrets}]\r\n@=hex(0):@\r\n".replace("@", "\0", 1), as_bytes
    yield "SNMP community", f'[{snmp}ValidCommunities]\r\n"@"=dword:00000004\r\n', in_registry
    yield "SNMP trap", f'[{snmp}TrapConfiguration\\@]\r\n"1"="10.0.0.1"\r\n', plain


def query_places():
    for name in ("DefaultPassword", "pwd"):
        for kind in ("REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ"):
            yield (f"{name} {kind}", "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\"
                   f"CurrentVersion\\Winlogon\r\n    {name}    {kind}    @\r\n\r\n", plain)
        yield (f"{name} REG_BINARY", "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\r\n"
               f"    {name}    REG_BINARY    @\r\n\r\n", as_encrypted)


def identity_places():
    document = json.loads((EXAMPLE / NODE / "identity.json").read_text())

    def changed(*path):
        copy = json.loads(json.dumps(document))
        at = copy
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = "@"
        return json.dumps(copy, indent=2)

    root = "iis/location/%2F/anonymous"
    for path in (("credentials", root, "password"), ("credentials", "iis/wam", "password"),
                 ("credentials", root, "clear-text"), ("credentials", root, "logon-method"),
                 ("credentials", "iis/pool/x", "password"), ("credentials", "nowhere", "password"),
                 ("accounts", ".\\IUSR_CONF1", "password"), ("accounts", ".\\IUSR_CONF1", "sid"),
                 ("accounts", ".\\IUSR_CONF1", "password-set"), ("password",),
                 ("computer", "password"), ("computer", "sid"), ("logon", ".\\IUSR_CONF1"),
                 ("collected",), ("version",), ("accounts-complete",)):
        text = changed(*path)
        yield "/".join(path), text, in_json
        yield "/".join(path) + " behind a fingerprint's mark", text.replace(
            '"@"', '"hmac-sha256:fad7b0b057d6dddc:@"'), in_json


def places():
    for what, text, spell in metabase_places():
        yield Place("MetaBase.xml", what, *split(text, "@"), spell)
    for what, text, spell in registry_places():
        for encoding, head in (("utf-16", "Windows Registry Editor Version 5.00\r\n\r\n"),
                               ("cp1252", "REGEDIT4\r\n\r\n")):
            before, after = split(head + text, "@")
            yield Place("secret.reg", f"{what}, {encoding}", before.replace("\0", "@"),
                        after + "\r\n", spell, encoding)
    for what, text, spell in query_places():
        yield Place("secret.txt", what, *split(text, "@"), spell, "cp1252")
    for what, text, spell in identity_places():
        yield Place("identity.json", what, *split(text, "@"), spell)


# --- runs -----------------------------------------------------------------------------------

class Watch:
    """A suite that looks for stems in everything that comes out."""

    def __init__(self, suite):
        self.suite, self.what = suite, ""
        self.fingerprints = set()

    def seen(self, data, where, outcome, stems=(SECRET, STRAY)):
        for stem in stems:
            self.suite.check(not shows(stem, data),
                             f"{self.what}: {'a password' if stem == SECRET else 'a stray text'} "
                             f"shows in {where} of {' '.join(map(str, outcome.words))}")

    def run(self, *words, stems=(SECRET, STRAY), **more):
        outcome = self.suite.run(*words, **more)
        self.seen(outcome.out, "the output", outcome, stems)
        self.seen(outcome.err, "the messages", outcome)
        return outcome

    def report(self, *words):
        outcome = self.run(*words)
        for fingerprint in self.fingerprints:
            self.suite.check(fingerprint not in outcome.out,
                             f"{self.what}: a fingerprint in a report")

    def check_and_decode(self, folder, place):
        self.report("check", "-i", folder / "inventory.json", "-v", "-f", "json")
        kinds = {".xml": ["metabase"], ".reg": ["registry"], ".txt": ["registry"], ".json": []}
        path = folder / NODE / place.name
        for kind in kinds[path.suffix]:
            self.run("decode", kind, "-f", "json", path)

    def everything(self, folder, path):
        inventory, snapshots = folder / "inventory.json", folder / "snapshots"
        for words in (["check"], ["check", "-v"], ["check", "-v", "-f", "json"]):
            self.report(*words, "-i", inventory)
        collected = self.run("collect", "-i", inventory, "-o", snapshots)
        for snapshot in snapshots.iterdir():
            self.seen(snapshot.read_bytes(), snapshot.name, collected)
        for words in (["-v"], ["-v", "-f", "json"]):
            self.report("compare", "-i", inventory, *words, snapshots)
        for words in (["compare", "-i", inventory, path], ["check", "-i", path],
                      ["inventory", "check", path], ["inventory", "show", path]):
            self.run(*words)
        for kind in ("registry", "metabase", "sid", "security-descriptor"):
            stems = (SECRET,) if kind == "registry" else (SECRET, STRAY)
            for form in ("text", "json"):
                self.run("decode", kind, "-f", form, path, stems=stems)
            with open(path, "rb") as file:
                self.run("decode", kind, stdin=file, stems=stems)


def spoil(suite, place, content):
    folder = suite.folder / "spoilt"
    if not folder.exists():
        suite.copy("conferencing-2003", "spoilt")
    (folder / NODE / place.name).write_bytes(content)
    return folder


def restore(suite, place):
    original = EXAMPLE / NODE / place.name
    path = suite.folder / "spoilt" / NODE / place.name
    path.write_bytes(original.read_bytes()) if original.exists() else path.unlink(missing_ok=True)


def breaks(place, secret):
    """The same file with its syntax broken beside the password."""
    for breaker in ('"', "'", "<", "&", "&bad;", "\\", "\\u12", "\0", "\r\n", "]", ",", ">",
                    "\ufffe", "=", "{", '"="', '" "', "zz", ":"):
        yield f"{breaker!r} before", place.content(secret, before=breaker)
        yield f"{breaker!r} behind", place.content(secret, after=breaker)
    for cut in (0, len(secret) // 2, len(secret) - 1, len(secret), len(secret) + 1):
        yield f"cut at {cut}", place.content(secret, cut=cut)
    half = place.content(secret)
    yield "half a character at the end", half[:len(half) - 1]
    at = half.find(secret[-6:].encode(place.encoding.replace("utf-16", "utf-16-le"), "replace"))
    yield "a byte that is of no encoding before", half[:at] + b"\xff" + half[at:]
    yield "a byte less", half[:at - 1] + half[at:]


def passwords_in_their_places(suite, watch):
    for number, place in enumerate(places()):
        if number % EVERY:
            continue
        watch.what = f"{place.name}: {place.what}"
        secret = place.spell(f"{SECRET}{number:03}")
        folder = spoil(suite, place, place.content(secret))
        watch.everything(folder, folder / NODE / place.name)
        restore(suite, place)


def syntax_that_breaks_beside_them(suite, watch):
    seen = 0
    for number, place in enumerate(places()):
        secret = place.spell(f"{SECRET}{number:03}")
        for what, content in breaks(place, secret):
            seen += 1
            if seen % (EVERY * 5):
                continue
            watch.what = f"{place.name}: {place.what}: {what}"
            watch.check_and_decode(spoil(suite, place, content), place)
        restore(suite, place)


def what_nobody_asked_for(suite, watch):
    registry = ("REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole]\r\n"
                f'"Comment"="{STRAY}"\r\n"EnableDCOM"="Y"\r\n\r\n')
    stray = Place("stray.reg", "a value that no probe reads", "", registry, plain)
    watch.what = "stray.reg"
    folder = spoil(suite, stray, registry.encode())
    watch.everything(folder, folder / NODE / "stray.reg")
    shown = suite.run("decode", "registry", folder / NODE / "stray.reg")
    suite.check(shows(STRAY, shown.out), "decode registry shows no values", shown)
    restore(suite, stray)
    for name in ("notes.txt", "notes.json", "notes.xml", "notes"):
        for content in (f"the password is {SECRET} and {STRAY}",
                        f'{{"password": "{SECRET}{STRAY}"}}',
                        f"<password>{SECRET}{STRAY}</password>"):
            notes = Place(name, "", "", "", plain)
            watch.what = f"{name}: {content[:10]}..."
            folder = spoil(suite, notes, content.encode())
            watch.everything(folder, folder / NODE / name)
            restore(suite, notes)


def the_search_finds_what_it_seeks(suite):
    secret = f"x{SECRET}9"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        data = secret.encode(encoding)
        for shown in (data, data.hex().encode(), data.hex(",").encode(),
                      data.hex().upper().encode()):
            suite.check(shows(SECRET, b"..." + shown), f"the search is blind to {shown}")
    for shift in range(3):
        for encoding in ("utf-8", "utf-16-le"):
            shown = base64.b64encode(b"-" * shift + secret.encode(encoding))
            suite.check(shows(SECRET, shown), f"the search is blind to {shown}")
    suite.check(not shows(SECRET, b"nothing") and not shows(STRAY, secret.encode()),
                "the search sees what is not there")


def main():
    suite = Suite()
    watch = Watch(suite)
    for identity in EXAMPLE.glob("*/identity.json"):
        watch.fingerprints |= {match.encode() for match in re.findall(
            r"hmac-sha256:[0-9a-f]{16}:([0-9a-f]{64})", identity.read_text())}
    the_search_finds_what_it_seeks(suite)
    passwords_in_their_places(suite, watch)
    syntax_that_breaks_beside_them(suite, watch)
    what_nobody_asked_for(suite, watch)
    suite.finish("secrets")


if __name__ == "__main__":
    main()
