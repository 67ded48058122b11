# SPDX-License-Identifier: Apache-2.0
"""Runs the program as its users do, and looks at how it behaved. For the tests beside it.

Environment: STANDBY ($BUILD/standby), BUILD (build).
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = TOP / os.environ.get("BUILD", "build")
STANDBY = TOP / os.environ.get("STANDBY", BUILD / "standby")
EXAMPLES = TOP / "examples"

CODES = {0, 1, 2, 64, 65, 69, 70}
CRASHES = (b"Sanitizer", b"runtime error", b"Assertion", b"Traceback", b"stack smashing",
           b"free():", b"malloc", b"out of memory")
SANITIZED = STANDBY.exists() and b"__asan_init" in STANDBY.read_bytes()
SECONDS = 120 if SANITIZED else 20
MEBIBYTES = 6000 if SANITIZED else 600


@dataclass
class Outcome:
    """How one run ended."""
    words: list
    code: int  # negative: the signal
    out: bytes
    err: bytes
    seconds: float
    peak: float  # MiB resident

    def __str__(self):
        words = " ".join(str(word) for word in self.words)
        text = f"standby {words}: exit code {self.code}, {self.seconds:.1f} s, {self.peak:.0f} MiB"
        return text + "".join(f"\n    {line}" for line in
                              self.err.decode("utf-8", "replace").splitlines()[:5])


class Suite:
    """Counts what holds, and says what does not. `folder` is a place to work in."""

    def __init__(self):
        if not os.access(STANDBY, os.X_OK):
            print(f"skipped: {STANDBY} is not built")
            sys.exit(77)
        self.folder = Path(tempfile.mkdtemp(prefix="standby-test-"))
        self.checked = 0
        self.failures = 0

    def check(self, holds, what, outcome=None):
        self.checked += 1
        if not holds:
            self.failures += 1
            print(f"FAILED: {what}" + (f"\n  {outcome}" if outcome else ""), flush=True)
        return holds

    def run(self, *words, stdout=None, seconds=SECONDS, **more):
        """Runs the program; in every case it must end in time, with a code of the manual, within
        bounds of memory and without a crash."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.monotonic()
            process = subprocess.Popen([STANDBY, *words], stdout=stdout or out, stderr=err,
                                       **({"stdin": subprocess.DEVNULL} | more))
            timer = threading.Timer(6 * seconds, process.kill)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            took = time.monotonic() - start
            out.seek(0)
            err.seek(0)
            outcome = Outcome(list(words), process.returncode, out.read(), err.read(), took,
                              usage.ru_maxrss / 1024)
        # Of its own: how much of the machine it gets is not its doing.
        used = usage.ru_utime + usage.ru_stime
        self.check(used < seconds, f"takes more than {seconds} s of the processor", outcome)
        self.check(outcome.code in CODES, "ends with a code that is not documented", outcome)
        self.check(outcome.peak < MEBIBYTES, f"needs more than {MEBIBYTES} MiB", outcome)
        self.check(not any(crash in outcome.err for crash in CRASHES), "crashes", outcome)
        return outcome

    def expect(self, code, *words, says="", **more):
        """The same with a code, or several, and a text that standard error must hold."""
        outcome = self.run(*words, **more)
        codes = code if isinstance(code, tuple) else (code,)
        self.check(outcome.code in codes, f"exit code {outcome.code} instead of {code}", outcome)
        self.check(says.encode() in outcome.err, f"does not say \"{says}\"", outcome)
        return outcome

    def copy(self, example, name):
        """A copy of an example to spoil; returns its folder."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(EXAMPLES / example, folder)
        return folder

    def finish(self, what):
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"{self.checked} checks of {what}, {self.failures} failed")
        sys.exit(1 if self.failures or not self.checked else 0)
