#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Private keys as ssh-keygen and openssl write them, and bcrypt_pbkdf beside python3-bcrypt's.

private_key_test.py [NAME...]   runs the checks whose names hold one of these, or all

Environment: BUILD, folder of tests/cli/private_key_lines. Exit code 77: a peer is missing.
"""
import base64
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / os.environ.get("BUILD", "build") / "tests/cli/private_key_lines"
EFFORT = 128
PASSPHRASE = "a pass phrase of the tests, \u00fc"
KINDS = {"ed25519": ["-t", "ed25519"], "nistp256": ["-t", "ecdsa", "-b", "256"],
         "nistp384": ["-t", "ecdsa", "-b", "384"], "nistp521": ["-t", "ecdsa", "-b", "521"],
         "rsa": ["-t", "rsa", "-b", "2048"]}
CIPHERS = ("aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc",
           "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "3des-cbc")
MAGIC = b"openssh-key-v1\0"
# In two pieces, so that no file of the tree looks like a key.
OPEN, CLOSE = ("-----%s OPENSSH PRIVATE " "KEY-----\n" % word for word in ("BEGIN", "END"))
CHECKS = []


class Skipped(Exception):
    pass


def check(function):
    CHECKS.append(function)
    return function


# --- asking the program -------------------------------------------------------------------------

def hexadecimal(text):
    return (text.encode() if isinstance(text, str) else text).hex() or "-"


def ask(lines):
    done = subprocess.run([PROGRAM], input="".join(line + "\n" for line in lines).encode(),
                          capture_output=True)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr.decode()}"
    answers = done.stdout.decode().splitlines()
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} lines"
    return answers


def read(path, passphrase="", effort=EFFORT):
    return ask([f"key {hexadecimal(passphrase)} {effort} {path}"])[0]


def is_key(answer, path, asked=0):
    """The public part is the one that stands beside the key."""
    kind, blob = Path(f"{path}.pub").read_text().split()[:2]
    assert answer == f"key {kind} {blob} {asked}", f"{Path(path).name}: {answer}"


def failed(answer, *words, asked=0):
    assert answer.startswith(f"failed {asked} key "), answer
    for word in words:
        assert word in answer, f"expected {word!r} in: {answer}"


# --- peers --------------------------------------------------------------------------------------

def keygen(*words):
    subprocess.run(["ssh-keygen", "-q", *map(str, words)], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, stdin=subprocess.DEVNULL,
                          capture_output=True).stdout


def make(folder, kind, passphrase="", *words):
    path = folder / f"{kind}-{len(list(folder.iterdir()))}"
    keygen(*KINDS[kind], "-N", passphrase, "-C", "a comment", "-f", path, *words)
    return path


def public_beside(path, passphrase=""):
    """For a key that openssl wrote: ssh-keygen says what its public part is."""
    os.chmod(path, 0o600)
    done = subprocess.run(["ssh-keygen", "-y", "-P", passphrase, "-f", path], check=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    Path(f"{path}.pub").write_bytes(done.stdout)


# --- bcrypt_pbkdf -------------------------------------------------------------------------------

@check
def bcrypt_pbkdf_gives_what_python_bcrypt_gives(_):
    import bcrypt
    draw = random.Random(4)
    cases = [(1, 1), (1, 31), (1, 32), (1, 33), (2, 48), (3, 64), (5, 100), (1, 512), (16, 48)]
    lines, expected = [], []
    for rounds, length in cases + [(draw.randint(1, 4), draw.randint(1, 200)) for _ in range(20)]:
        passphrase = draw.randbytes(draw.choice((1, 8, 63, 64, 65, 200)))
        salt = draw.randbytes(draw.choice((1, 16, 64, 65)))
        lines.append(f"kdf {rounds} {length} {passphrase.hex()} {salt.hex()}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it advises more rounds
            expected.append(bcrypt.kdf(passphrase, salt, length, rounds).hex())
    for line, got, wanted in zip(lines, ask(lines), expected):
        assert got == wanted, line


# --- OpenSSH's format ---------------------------------------------------------------------------

@check
def each_type_is_read_without_a_passphrase(folder):
    for kind in KINDS:
        path = make(folder, kind)
        is_key(read(path), path)
        is_key(read(path, PASSPHRASE), path)  # which nobody asks for


@check
def each_cipher_is_opened_by_the_right_passphrase_alone(folder):
    for number, cipher in enumerate(CIPHERS):
        kind = tuple(KINDS)[number % len(KINDS)]
        path = make(folder, kind, PASSPHRASE, "-Z", cipher, "-a", "3")
        is_key(read(path, PASSPHRASE), path, asked=1)
        failed(read(path, "another"), "cannot be decrypted: is the passphrase right?", asked=1)
        failed(read(path), "no passphrase", asked=1)


@check
def another_cipher_is_named_as_the_reason_before_anybody_is_asked(folder):
    path = make(folder, "ed25519", PASSPHRASE, "-Z", "chacha20-poly1305@openssh.com", "-a", "1")
    failed(read(path, PASSPHRASE), "by a cipher that standby cannot use", "-Z aes256-ctr")


@check
def rounds_beyond_the_limit_are_refused_before_anybody_is_asked(folder):
    path = make(folder, "ed25519", PASSPHRASE, "-a", "5")
    failed(read(path, PASSPHRASE, effort=4), "4 rounds of bcrypt", "ssh-keygen -p -a")
    is_key(read(path, PASSPHRASE, effort=5), path, asked=1)


@check
def a_key_cut_or_changed_anywhere_is_no_key(folder):
    path = make(folder, "nistp256", PASSPHRASE, "-Z", "aes256-gcm@openssh.com", "-a", "1")
    body = base64.b64decode("".join(path.read_text().splitlines()[1:-1]))
    plain = make(folder, "ed25519")
    open_body = base64.b64decode("".join(plain.read_text().splitlines()[1:-1]))
    whole = path.read_bytes()
    lines = []
    for at in range(0, len(whole) - 2, 7):
        lines.append(written(folder / f"cut-{at}", whole[:at]))
    for at in range(len(body)):
        lines.append(armoured(folder / f"changed-{at}", flipped(body, at)))
    comment = open_body.index(b"a comment")
    for at in [*range(len(open_body) - 60), len(open_body) - 1]:
        if not comment <= at < comment + len(b"a comment"):
            lines.append(armoured(folder / f"open-{at}", flipped(open_body, at)))
    for line, answer in zip(lines, ask(lines)):
        assert answer.startswith("failed "), f"{line}: {answer}"


def flipped(body, at):
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]


def written(path, content):
    path.write_bytes(content)
    return f"key {hexadecimal(PASSPHRASE)} {EFFORT} {path}"


def armoured(path, body):
    text = base64.encodebytes(body).decode()
    return written(path, (OPEN + text + CLOSE).encode())


def fields(body):
    """What follows the magic: four strings around a number, then the private part."""
    at = len(MAGIC)
    strings = []
    for number in range(5):
        if number == 3:
            at += 4
        length, = struct.unpack_from(">I", body, at)
        strings.append(body[at + 4:at + 4 + length])
        at += 4 + length
    return strings


def container(cipher, kdf, options, blob, private, count=1):
    def string(data):
        return struct.pack(">I", len(data)) + data
    return (MAGIC + string(cipher) + string(kdf) + string(options) + struct.pack(">I", count) +
            string(blob) + string(private))


@check
def public_and_private_part_must_belong_together(folder):
    for kind in KINDS:
        one, other = (fields(base64.b64decode("".join(
            make(folder, kind).read_text().splitlines()[1:-1]))) for _ in range(2))
        lines = [armoured(folder / f"whole-{kind}", container(*one)),
                 armoured(folder / f"blob-{kind}", container(*one[:3], other[3], one[4])),
                 armoured(folder / f"two-{kind}", container(*one, count=2)),
                 armoured(folder / f"none-{kind}", container(*one, count=0)),
                 armoured(folder / f"cipher-{kind}", container(b"aes256-ctr", *one[1:])),
                 armoured(folder / f"kdf-{kind}", container(b"none", b"bcrypt", *one[2:]))]
        mixed = None
        if kind.startswith("nist"):  # the public point of one with the number of the other
            mixed = one[4].replace(point(one[3]), point(other[3]))
            lines.append(armoured(folder / f"point-{kind}", container(*one[:3], other[3], mixed)))
        answers = ask(lines)
        assert answers[0].startswith("key "), answers[0]
        for line, answer in zip(lines[1:], answers[1:]):
            assert answer.startswith("failed 0 "), f"{line}: {answer}"
        if mixed:
            failed(answers[-1], "do not belong together")


def point(blob):
    """The last string of an ecdsa key."""
    at = 4 + blob.index(b"nistp", 20) + len("nistp256")
    return blob[at:]


@check
def hardware_keys_and_certificates_are_handed_over(folder):
    one = fields(base64.b64decode("".join(make(folder, "ed25519").read_text().splitlines()[1:-1])))
    for name in (b"sk-ssh-ed25519@openssh.com", b"ssh-ed25519-cert-v01@openssh.com"):
        blob = struct.pack(">I", len(name)) + name + one[3][15:]
        failed(ask([armoured(folder / "other", container(*one[:3], blob, one[4]))])[0],
               "is a hardware key or a certificate: use the source \"openssh\"")


# --- PEM ----------------------------------------------------------------------------------------

@check
def pem_of_ssh_keygen_is_read(folder):
    for kind in KINDS:
        for form in ("PEM", "PKCS8"):
            if kind == "ed25519":  # which ssh-keygen always writes in its own format
                continue
            path = make(folder, kind, "", "-m", form)
            is_key(read(path), path)
            path = make(folder, kind, PASSPHRASE, "-m", form)
            assert "ENCRYPTED" in path.read_text()
            is_key(read(path, PASSPHRASE), path, asked=1)
            failed(read(path, "another"), "cannot be decrypted", asked=1)
            failed(read(path), "no passphrase", asked=1)


@check
def pem_of_openssl_is_read(folder):
    plain = folder / "plain"
    for kind, words in (("rsa", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
                        ("ec", ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
                        ("ed25519", ["ED25519"])):
        openssl("genpkey", "-algorithm", *words, "-out", plain)
        public_of_openssl(plain)
        is_key(read(plain), plain)
        for name, more in (("v2", ["-v2", "aes256"]), ("sha512", ["-v2prf", "hmacWithSHA512"]),
                           ("scrypt", ["-scrypt"])):
            path = folder / f"{kind}-{name}"
            openssl("pkcs8", "-topk8", "-in", plain, "-out", path, *more, "-passout",
                    f"pass:{PASSPHRASE}")
            shutil.copy(f"{plain}.pub", f"{path}.pub")
            is_key(read(path, PASSPHRASE), path, asked=1)
            failed(read(path, "another"), "cannot be decrypted", asked=1)
        if kind == "ed25519":
            continue
        for cipher in ("aes128", "aes256", "des3"):
            path = folder / f"{kind}-{cipher}"
            openssl(kind, "-in", plain, "-out", path, f"-{cipher}", "-passout",
                    f"pass:{PASSPHRASE}", *(["-traditional"] if kind == "rsa" else []))
            shutil.copy(f"{plain}.pub", f"{path}.pub")
            assert "Proc-Type" in path.read_text()
            is_key(read(path, PASSPHRASE), path, asked=1)
            failed(read(path, "another"), "cannot be decrypted", asked=1)


def public_of_openssl(path):
    """ssh-keygen reads no ed25519 key in PKCS#8."""
    os.chmod(path, 0o600)
    der = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
    if len(der) == 44:
        blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + der[-32:]
        Path(f"{path}.pub").write_text(f"ssh-ed25519 {base64.b64encode(blob).decode()}\n")
    else:
        public_beside(path)


@check
def pem_that_is_dear_or_of_another_kind_says_so(folder):
    plain = folder / "plain"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", plain)
    sealed = folder / "sealed"
    for effort, more in ((5, ["-iter", "10001"]), (127, ["-scrypt"])):
        openssl("pkcs8", "-topk8", "-in", plain, "-out", sealed, *more, "-passout", "pass:x")
        failed(read(sealed, "x", effort=effort), "more computing than is done")
        assert read(sealed, "x", effort=effort + 1).startswith("key ecdsa-sha2-nistp256 ")
    openssl("pkcs8", "-topk8", "-in", plain, "-out", sealed, "-v1", "PBE-SHA1-3DES", "-passout",
            "pass:x")
    failed(read(sealed, "x"), "is encrypted in a way that standby cannot use")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-out", plain)
    failed(read(plain), "is of a type that standby cannot use")
    openssl("genpkey", "-algorithm", "X25519", "-out", plain)
    failed(read(plain), "is of a type that standby cannot use")
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:512", "-out", plain)
    failed(read(plain), "is of a type that standby cannot use")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-conv_form", "compressed", "-out", plain)
    public_beside(plain)
    is_key(read(plain), plain)  # compressed, with its parameters in front


@check
def what_is_no_key_file_says_so(folder):
    failed(read(folder / "missing"), "No such file")
    failed(read(folder), "no regular file")
    os.mkfifo(folder / "pipe")
    failed(read(folder / "pipe"), "no regular file")
    failed(ask([written(folder / "empty", b"")])[0], "holds no private key in PEM or OpenSSH")
    failed(ask([written(folder / "large", b"x" * 65537)])[0], "larger than 64 KiB")
    failed(read(f"{make(folder, 'ed25519')}.pub"), "holds no private key in PEM or OpenSSH")


# --- memory -------------------------------------------------------------------------------------

def secrets_of(path):
    """What must not lie about, of a key that is not encrypted."""
    lines = path.read_text().splitlines()[1:-1]
    rest = fields(base64.b64decode("".join(lines)))[4][8:]
    strings = []
    while len(rest) > 4 and (length := struct.unpack_from(">I", rest)[0]) <= len(rest) - 4:
        strings.append(rest[4:4 + length])
        rest = rest[4 + length:]
    number = strings[2][:32] if strings[0] == b"ssh-ed25519" else strings[3]
    numbers = (number, number[::-1])  # libcrypto has the lowest byte first
    # Not from their beginning: there malloc writes into what is freed.
    return [number[-16:] for number in numbers] + [number[16:32] for number in numbers]


def hits(path, passphrase, needles):
    """[(in locked memory, elsewhere)] of each."""
    words = [bytes(byte ^ 0x5a for byte in needle).hex() for needle in needles]
    done = subprocess.run([f"{PROGRAM.parent}/private_key_memory", path, hexadecimal(passphrase),
                           *words], capture_output=True)
    if done.returncode == 2:
        raise Skipped("/proc/self/smaps does not tell what is locked")
    assert done.returncode == 0, done.stdout
    return [tuple(map(int, line.split())) for line in done.stdout.decode().splitlines()]


@check
def nothing_of_a_key_lies_outside_locked_memory(folder):
    """Of keys in OpenSSH's format; what libcrypto does with others, private_key.h tells."""
    for kind in KINDS:
        if kind == "rsa":
            continue
        path = make(folder, kind)
        needles = secrets_of(path)
        text = path.read_text().splitlines()
        public_blob = base64.b64decode(Path(f"{path}.pub").read_text().split()[1])
        assert hits(path, "", [public_blob])[0][1], "the search is blind"
        clean(path, "", [*needles, text[-3].encode()])
        for cipher in CIPHERS[::3]:
            copy = folder / f"{path.name}-{cipher}"
            shutil.copy(path, copy)
            keygen("-p", "-P", "", "-N", PASSPHRASE, "-Z", cipher, "-a", 2, "-f", copy)
            clean(copy, PASSPHRASE, [*needles, PASSPHRASE.encode()[:16]])


def clean(path, passphrase, needles):
    found = hits(path, passphrase, needles)
    assert any(locked for locked, _ in found), f"{path.name}: {found}"
    assert not any(elsewhere for _, elsewhere in found), f"{path.name}: {found}"


# --- the test -----------------------------------------------------------------------------------

def passes(function):
    result = "ok"
    with tempfile.TemporaryDirectory(prefix="standby-keys-") as folder:
        try:
            function(Path(folder))
        except Skipped as reason:
            print(f"not checked: {reason}")
        except Exception:
            result = "FAILED"
            traceback.print_exc(file=sys.stdout)
    print(f"{result} {function.__name__}", flush=True)
    return result == "ok"


def main(names):
    for program in ("ssh-keygen", "openssl"):
        if not shutil.which(program):
            print(f"skipped: there is no {program}")
            return 77
    try:
        import bcrypt  # noqa: F401
    except ImportError:
        print("skipped: there is no bcrypt for Python (package python3-bcrypt)")
        return 77
    chosen = [one for one in CHECKS
              if not names or any(name in one.__name__ for name in names)]
    return 1 if sum(not passes(function) for function in chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
