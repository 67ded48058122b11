#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Each documented exit code can be had, and the help of each command says what it takes."""
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from program import EXAMPLES, STANDBY, TOP, Suite  # noqa: E402

HEALTHY = EXAMPLES / "healthy-pair/inventory.json"
BROKEN = EXAMPLES / "conferencing-2003/inventory.json"
REGISTRY = next((EXAMPLES / "healthy-pair").glob("*/ole.reg"))
METABASE = REGISTRY.with_name("MetaBase.xml")
VALUES = {
    "--inventory": str(HEALTHY), "--output": "OUTPUT", "--format": "json", "--rule": "dcom_enabled",
    "--node": "CONF1", "--severity": "error", "--cluster": "conferencing", "--verbose": None,
    "--help": None, "--jobs": "2", "--deadline": "30", "--overall-deadline": "60",
    "--record": "NEW", "--no-secrets": None, "--known-hosts": "/etc/hosts",
    "--check-logon": None,
}
OPERANDS = {
    "check": [], "collect": ["-i", HEALTHY, "-o", "OUTPUT"], "compare": ["SNAPSHOTS"], "rules": [],
    "explain": ["10016"], "inventory check": [HEALTHY], "inventory show": [HEALTHY],
    "decode": ["registry", REGISTRY], "requests": ["-i", HEALTHY], "kit": ["NEW"],
}


# --- exit codes -----------------------------------------------------------------------------

def verdicts_decide_0_1_and_2(suite):
    suite.expect(0, "check", "-i", HEALTHY)
    suite.expect(1, "check", "-i", BROKEN)
    missing = suite.copy("healthy-pair", "missing")
    os.rename(missing / "CONF2", missing / "ELSEWHERE")
    unknown = suite.expect(2, "check", "-i", missing / "inventory.json")
    suite.check(b"CONF2" in unknown.out, "a missing folder is not named", unknown)
    suite.expect(2, "collect", "-i", missing / "inventory.json", "-o", suite.folder / "partial")


def compare_says_what_check_says(suite):
    for example, code in (("healthy-pair", 0), ("conferencing-2003", 1)):
        inventory = EXAMPLES / example / "inventory.json"
        snapshots = suite.folder / f"{example}-snapshots"
        suite.expect((0, 2), "collect", "-i", inventory, "-o", snapshots)
        for form in ("text", "json"):
            checked = suite.expect(code, "check", "-i", inventory, "-f", form)
            compared = suite.expect(code, "compare", "-i", inventory, "-f", form, snapshots)
            suite.check(checked.out == compared.out, "compare reports other than check", compared)


def wrong_words_are_64(suite):
    for words in ([], ["nonsense"], ["check"], ["check", "--nonsense"], ["check", "-i"],
                  ["check", "-i", HEALTHY, "nonsense"], ["check", "-i", HEALTHY, "-f", "nonsense"],
                  ["check", "-i", HEALTHY, "--rule", "nonsense"],
                  ["check", "-i", HEALTHY, "--node", "nonsense"],
                  ["check", "-i", HEALTHY, "--severity", "nonsense"], ["collect", "-i", HEALTHY],
                  ["compare", "-i", HEALTHY], ["decode"], ["decode", "nonsense"],
                  ["decode", "registry", "a", "b"], ["explain"], ["explain", "a", "b"],
                  ["explain", "no such symptom"], ["rules", "word"], ["inventory"],
                  ["inventory", "check"], ["inventory", "show", "a", "b"], ["rules", "-f", "xml"]):
        outcome = suite.expect(64, *words)
        suite.check(outcome.err and not outcome.out, "64 is not explained on stderr", outcome)


def bad_files_are_65(suite):
    missing = suite.folder / "nowhere.json"
    for words in (["check", "-i", missing], ["inventory", "check", missing],
                  ["inventory", "show", missing], ["compare", "-i", HEALTHY, missing],
                  ["decode", "registry", missing], ["collect", "-i", missing, "-o", "x"]):
        suite.expect(65, *words, says="nowhere.json")
    suite.expect(65, "decode", "sid", stdin=open("/dev/null", "rb"), says="standard input")


def nothing_reached_is_69(suite):
    missing = suite.copy("healthy-pair", "all-missing")
    for node in ("CONF1", "CONF2"):
        os.rename(missing / node, missing / f"no-{node}")
    suite.expect(69, "check", "-i", missing / "inventory.json")
    suite.expect(69, "collect", "-i", missing / "inventory.json", "-o", suite.folder / "none")


def output_that_cannot_be_written_is_70(suite):
    snapshots = suite.folder / "healthy-pair-snapshots"
    for words in (["--version"], ["--help"], ["check", "--help"], ["check", "-i", HEALTHY],
                  ["check", "-i", HEALTHY, "-f", "json"], ["compare", "-i", HEALTHY, snapshots],
                  ["rules"], ["rules", "-f", "json"], ["explain", "10016"],
                  ["explain", "dcom_enabled"], ["inventory", "check", HEALTHY],
                  ["inventory", "show", HEALTHY], ["decode", "registry", REGISTRY],
                  ["decode", "metabase", METABASE, "-f", "json"],
                  ["collect", "-i", HEALTHY, "-o", suite.folder / "full"]):
        with open("/dev/full", "wb") as full:
            suite.expect(70, *words, stdout=full, says="")
    suite.expect(70, "collect", "-i", HEALTHY, "-o", "/dev/null/x", says="/dev/null/x")


# --- help -----------------------------------------------------------------------------------

def commands(suite):
    listed = suite.expect(0, "--help").out.decode()
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +[A-Z]", listed, re.M)


def called_with(name, option, suite):
    """The command with what it needs, and this option."""
    words = [*name.split(), *OPERANDS[name]]
    if short_only(name, option):
        words.remove(HEALTHY)
    if name in ("check", "compare") and option != "--inventory":
        words += ["-i", HEALTHY]
    words.append(option)
    if VALUES[option] is not None:
        words.append(VALUES[option])
    called_with.calls += 1
    places = {"OUTPUT": suite.folder / "output", "NEW": suite.folder / f"new-{called_with.calls}",
              "SNAPSHOTS": suite.folder / "healthy-pair-snapshots"}
    return [str(places.get(word, word)) for word in words]


called_with.calls = 0


def a_command_takes_the_options_of_its_help_and_no_others(suite):
    found = commands(suite)
    suite.check(sorted(found) == sorted(OPERANDS), f"the commands are {found}")
    for name in found:
        text = suite.expect(0, *name.split(), "--help").out.decode()
        suite.check(suite.expect(0, "help", *name.split()).out.decode() == text, f"help {name}")
        usage = text.splitlines()[0]
        suite.check(usage.startswith(f"usage: standby {name}"), f"{name} --help: no usage line")
        options = set(re.findall(r"--[a-z][a-z-]*", text)) | {"--help"}
        suite.check(options <= set(VALUES), f"{name} --help: names {options - set(VALUES)}")
        short = dict(re.findall(r"^ +(-[a-z]), (--[a-z-]+)", text, re.M))
        for option in sorted(VALUES):
            words = called_with(name, option, suite)
            expected = (0, 1, 2) if option in options or short_only(name, option) else 64
            suite.expect(expected, *words)
        for letter, option in short.items():
            words = called_with(name, option, suite)
            words[words.index(option, len(name.split()))] = letter
            suite.expect((0, 1, 2), *words)


def short_only(name, option):
    """"inventory check [-i] INVENTORY" shows the letter alone."""
    return name.startswith("inventory ") and option == "--inventory"


def help_names_the_codes_that_a_command_gives(suite):
    for name in commands(suite):
        text = suite.expect(0, *name.split(), "--help").out.decode()
        suite.check(suite.expect(0, "help", *name.split()).out.decode() == text, f"help {name}")
        codes = re.search(r"Exit codes:(.*)", text, re.S)
        if codes:
            named = {int(code) for code in re.findall(r"\b\d+\b", codes[1])}
            suite.check(named <= {0, 1, 2, 64, 65, 69, 70}, f"{name} --help names {named}")
            suite.check({0, 64} <= named, f"{name} --help does not name 0 and 64")


def version_is_that_of_the_makefile(suite):
    version = re.search(r"^VERSION := (\S+)", (TOP / "Makefile").read_text(), re.M)[1]
    outcome = suite.expect(0, "--version")
    suite.check(outcome.out.decode() == f"standby {version}\n", "--version", outcome)


def main():
    suite = Suite()
    os.chdir(suite.folder)
    for test in (verdicts_decide_0_1_and_2, compare_says_what_check_says, wrong_words_are_64,
                 bad_files_are_65, nothing_reached_is_69, output_that_cannot_be_written_is_70,
                 a_command_takes_the_options_of_its_help_and_no_others,
                 help_names_the_codes_that_a_command_gives, version_is_that_of_the_makefile):
        test(suite)
    suite.finish(f"{STANDBY.name}'s exit codes and help")


if __name__ == "__main__":
    main()
