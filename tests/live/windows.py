# SPDX-License-Identifier: Apache-2.0
"""Windows-like nodes on this machine: Wine's command shell and registry behind a sshd of their own
on loopback. Needs no root, but a user who may log in. What this proves and what not is in
tests/README.md.

One prefix is made once ($BUILD/live/prefix-*); each node is a copy of it (programs as hard links:
to change one, remove it first), with a registry, a name, a language and a sshd of its own."""
import contextlib
import fcntl
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
LIVE = pathlib.Path(os.environ.get("BUILD", TOP / "build")).resolve() / "live"
# The wrapper in PATH prints advice on 32-bit programs to standard error.
WINE = pathlib.Path("/usr/lib/wine/wine64")
COMPILER = "x86_64-w64-mingw32-gcc"
NEEDED = {"wine": WINE, "wineserver": None, "wineboot": None, COMPILER: None,
          "sshd": "/usr/sbin/sshd", "ssh": None, "ssh-keygen": None, "localedef": None,
          "the source of locales": "/usr/share/i18n/locales/de_DE"}
PROGRAMS = {"remote_shell": ["-municode"], "stay": ["-mwindows"], "silent": [],
            "powershell_exe": ["-municode"]}
POWERSHELL = "windows/system32/WindowsPowerShell/v1.0/powershell.exe"
# Programs of .NET import mscoree.dll. Code that .NET makes at run time does not survive its
# collections under Wine 8.0 where pages are mapped twice, to be written and to be run.
FOR_DOTNET = {"WINEDLLOVERRIDES": "mshtml=", "DOTNET_EnableWriteXorExecute": "0"}
LIMIT_S = 60
USER = pwd.getpwuid(os.geteuid()).pw_name


def missing():
    """What this machine lacks, in words, or None."""
    names = [name for name, path in NEEDED.items()
             if not (os.path.exists(path) if path else shutil.which(name))]
    return f"not installed: {', '.join(names)} (make test-live installs it)" if names else None


def call(arguments, limit=LIMIT_S, **more):
    """The standard output. Wine's servers keep what they inherit: so it goes to no pipe."""
    done = subprocess.run([str(part) for part in arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=limit,
                          check=False, **more)
    if done.returncode:
        raise RuntimeError(f"{arguments[:3]} ended with {done.returncode}: {done.stdout[-500:]}")
    return done.stdout


def environment(prefix, locale="C.UTF-8"):
    """What a program of Wine runs with; nothing of it comes from who runs the tests."""
    locales = "/usr/lib/locale" if locale == "C.UTF-8" else str(LIVE / "locales")
    return {"PATH": "/usr/bin:/bin", "HOME": str(prefix.parent / "home"), "LOGNAME": USER,
            "USER": USER, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "LC_ALL": locale,
            "LANG": locale, "WINEDLLOVERRIDES": "mscoree=;mshtml=", "LOCPATH": locales}


def wine(prefix, *arguments, locale="C.UTF-8"):
    return call([WINE, *arguments], env=environment(prefix, locale))


def stop_wine(prefix):
    env = environment(prefix)
    subprocess.run(["wineserver", "--kill"], env=env, check=False, timeout=LIMIT_S)
    subprocess.run(["wineserver", "--wait"], env=env, check=False, timeout=LIMIT_S)


def as_windows(path):
    return "Z:" + str(path).replace("/", "\\")


# --- made once ----------------------------------------------------------------------------------

def compile_programs():
    for name, options in PROGRAMS.items():
        call([COMPILER, "-O1", "-Wall", "-Wextra", "-Werror", "-static", *options,
              "-o", LIVE / f"{name}.exe", HERE / f"{name}.c"])


def make_prefix(prefix):
    """The first start of Wine on a machine may fail without a word; the second does not."""
    for attempt in (1, 2):
        shutil.rmtree(prefix, ignore_errors=True)
        with open(LIVE / "wineboot.log", "wb") as log:
            subprocess.run(["wineboot", "--init"], env=environment(prefix), timeout=180,
                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        stop_wine(prefix)
        try:
            wine(prefix, "cmd", "/c", "ver")
            return
        except RuntimeError:
            if attempt == 2:
                raise
        finally:
            stop_wine(prefix)


def remove_stale():
    for folder in LIVE.glob("run-*"):
        if not pathlib.Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def prepare():
    """The prefix that nodes are copies of."""
    (LIVE / "home").mkdir(parents=True, exist_ok=True)
    version = call([WINE, "--version"], env=environment(LIVE / "none")).decode().strip()
    prefix = LIVE / ("prefix-" + "".join(c if c.isalnum() else "-" for c in version))
    with open(LIVE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        remove_stale()
        compile_programs()
        if not (LIVE / "locales/de_DE.UTF-8").exists():
            (LIVE / "locales").mkdir(exist_ok=True)
            call(["localedef", "-i", "de_DE", "-f", "UTF-8", LIVE / "locales/de_DE.UTF-8"])
        if not prefix.exists():
            make_prefix(LIVE / "prefix-new")
            (LIVE / "prefix-new").rename(prefix)
    return prefix


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


# --- a node -------------------------------------------------------------------------------------

SSHD = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
ForceCommand {node}/session
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""


def wait_until(holds, seconds=10):
    """Whether it came to hold."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """`seed` are contents of .reg files, `files` maps paths below C: to bytes, `mute` names
    programs of system32 that print nothing and exit with 0, `powershell` a folder with a pwsh.exe,
    `shell` which of cmd and powershell sshd starts."""

    def __init__(self, folder, name, seed, files=(), locale="C.UTF-8", mute=(), powershell=None,
                 shell="cmd"):
        self.folder, self.name, self.locale = folder, name, locale
        self.powershell, self.shell = powershell, shell
        self.path = folder / name
        self.prefix = self.path / "prefix"
        self.port = free_port()
        self.running = []
        self.path.mkdir()
        (self.path / "home").mkdir()
        self.seed, self.files, self.mute = list(seed), dict(files), mute

    # Wine's time stamp keeps it from making the prefix anew; "wineserver" in it must not be copied.
    def copy(self, prefix):
        self.prefix.mkdir()
        call(["cp", "-al", prefix / "drive_c", self.prefix])
        call(["cp", "-a", prefix / "dosdevices", prefix / ".update-timestamp",
              *sorted(prefix.glob("*.reg")), self.prefix])

    # Once a program's own is to run instead of Wine's, Wine's does not run any more: comes last.
    def name_seed(self):
        control = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\ComputerName\ComputerName"
        text = ["Windows Registry Editor Version 5.00", "",
                r"[HKEY_CURRENT_USER\Software\Wine\Network]", '"UseDnsComputerName"="N"', "",
                f"[{control}]", f'"ComputerName"="{self.name}"', "",
                r"[HKEY_CURRENT_USER\Software\Wine\DllOverrides]",
                *(f'"{program}"="native"' for program in self.mute),
                *(['"powershell.exe"="native"'] if self.powershell else []), ""]
        return "\r\n".join(text).encode("utf-16")

    def fill(self):
        for content in [*self.seed, self.name_seed()]:
            self.import_reg(content)
        for path, content in self.files.items():
            self.drive(path).parent.mkdir(parents=True, exist_ok=True)
            self.drive(path).write_bytes(content)
        for program in self.mute:
            self.drive("windows/system32/" + program).unlink()
            shutil.copy(LIVE / "silent.exe", self.drive("windows/system32/" + program))
        if self.powershell:
            self.install_powershell()
        # A computer's name holds from its next start.
        stop_wine(self.prefix)

    def install_powershell(self):
        shutil.copytree(self.powershell, self.drive("pwsh"), copy_function=link_or_copy)
        self.drive(POWERSHELL).unlink()
        shutil.copy(LIVE / "powershell_exe.exe", self.drive(POWERSHELL))
        # Under Wine 8.0 PowerShell finds no program by its name alone. A profile says more than
        # this on many a node; the requests of standby load none, but the shell they come through does.
        for name, text in (("profile.ps1", "Set-Alias powershell.exe 'C:/" + POWERSHELL + "'\r\n'#noise'"),
                           ("powershell.config.json",
                            '{"Microsoft.PowerShell:ExecutionPolicy": "Bypass"}')):
            self.drive("pwsh/" + name).unlink(missing_ok=True)
            self.drive("pwsh/" + name).write_text(text, encoding="ascii")

    def import_reg(self, content):
        file = self.path / "import.reg"
        file.write_bytes(content)
        wine(self.prefix, "reg", "import", as_windows(file), locale=self.locale)

    def drive(self, path):
        return self.prefix / "drive_c" / path

    def write_session(self):
        lines = ["#!/bin/sh", "# What sshd starts instead of a shell."]
        own = environment(self.prefix, self.locale) | (FOR_DOTNET if self.powershell else {})
        lines += [f"export {name}='{value}'" for name, value in own.items()]
        program = "remote_shell" if self.shell == "cmd" else "powershell_exe"
        lines += [f"cd '{self.drive('')}' && exec {WINE} '{LIVE}/{program}.exe'", "exit 255"]
        session = self.path / "session"
        session.write_text("\n".join(lines) + "\n", encoding="utf-8")
        session.chmod(0o755)

    def start(self, prefix):
        self.copy(prefix)
        self.fill()
        self.write_session()
        config = self.path / "sshd_config"
        config.write_text(SSHD.format(port=self.port, folder=self.folder, node=self.path),
                          encoding="ascii")
        self.spawn([WINE, LIVE / "stay.exe"], environment(self.prefix, self.locale))
        wine(self.prefix, "cmd", "/c", "ver", locale=self.locale)
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self.spawn(["/usr/sbin/sshd", "-D", "-f", config, "-E", self.path / "sshd.log"], None)

    def spawn(self, arguments, env):
        self.running.append(subprocess.Popen(
            [str(part) for part in arguments], env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as peer:
                return peer.recv(4) == b"SSH-"
        except OSError:
            return False

    def wait(self):
        if not wait_until(self.answers, 30):
            log = (self.path / "sshd.log").read_text(errors="replace")
            raise RuntimeError(f"sshd of {self.name} does not answer: {log[-1000:]}")

    def stop(self):
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
        stop_wine(self.prefix)
        for process in self.running:
            process.wait(LIMIT_S)

    # --- what tests ask

    @property
    def address(self):
        return f"{USER}@127.0.0.1:{self.port}"

    def ssh(self, command, standard_input=b""):
        """(exit code, standard output) by the plain client."""
        done = subprocess.run(
            ["ssh", "-F", "none", "-p", str(self.port), "-i", self.folder / "user_key",
             "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
             "-o", f"UserKnownHostsFile={self.folder}/home/.ssh/known_hosts", "127.0.0.1", command],
            input=standard_input, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=LIMIT_S, check=False)
        return done.returncode, done.stdout

    def reg_export(self, key):
        """What "reg export" of the node writes; None: there is no such key."""
        self.drive("export.reg").unlink(missing_ok=True)
        try:
            # By way of this process: what the node itself runs is tested elsewhere.
            wine(self.prefix, "reg", "export", key, "C:\\export.reg", "/y", locale=self.locale)
            return self.drive("export.reg").read_bytes()
        except RuntimeError:
            return None
        finally:
            self.drive("export.reg").unlink(missing_ok=True)

    def listing(self):
        """Names of all files of the node."""
        return {os.path.join(folder, name) for folder, _, names in os.walk(self.drive(""))
                for name in names}

    def processes(self):
        """Ids of all processes of this node, of Wine or not."""
        mark = f"WINEPREFIX={self.prefix}\0".encode()
        found = set()
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes() + b"\0":
                    found.add(int(entry.name))
        return found


# --- all of them --------------------------------------------------------------------------------

@contextlib.contextmanager
def nodes(**wanted):
    """Starts nodes, {name: arguments of Node}, and yields (folder, {name: Node}). In the folder are
    user_key and home/.ssh/known_hosts."""
    prefix = prepare()
    folder = LIVE / f"run-{os.getpid()}"
    ssh = folder / "home/.ssh"
    ssh.mkdir(parents=True, mode=0o700)
    for key in ("host_key", "user_key"):
        call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / key])
    made = {name: Node(folder, name, **options) for name, options in wanted.items()}
    public = (folder / "host_key.pub").read_text(encoding="ascii").strip()
    ssh.joinpath("known_hosts").write_text(
        "".join(f"[127.0.0.1]:{node.port} {public}\n" for node in made.values()), encoding="ascii")
    try:
        for node in made.values():
            node.start(prefix)
        for node in made.values():
            node.wait()
        yield folder, made
    finally:
        for node in made.values():
            node.stop()
        shutil.rmtree(folder, ignore_errors=True)


# --- a test program of several tests ------------------------------------------------------------

def run_tests(tests, *arguments):
    """Calls each; prints what tests/run counts. Names are sentences."""
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test(*arguments)
            print(f"ok {number} - {test.__name__}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed = 1
            for line in f"{type(error).__name__}: {error}".splitlines()[:60]:
                print("# " + line)
            print(f"not ok {number} - {test.__name__}", flush=True)
    return failed


def skip_unless_possible():
    reason = missing()
    if reason:
        print(reason)
        sys.exit(77)
