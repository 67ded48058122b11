#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What standby sends to PowerShell, run by a real PowerShell 7 for Windows under Wine: behind a real
sshd, started by Wine's cmd.exe or by PowerShell itself, over Wine's registry and reg.exe. ADSI and the
administration of IIS, which Wine has not, are stand-ins; LogonUser of Wine takes any password.

Environment: STANDBY_PWSH_WINDOWS, a folder with pwsh.exe and all that it needs.
"""
import base64
import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import powershell_peer as peer
import windows
import wine_test
from powershell_peer import HARD, PLACE, expect, expect_equal, fingerprint
from wine_test import generate

# .NET starts on no Windows of which the registry says that it is older.
WINDOWS = generate.reg_export((generate.WINDOWS_NT, {
    "ProductName": "Windows Server 2019", "CurrentVersion": "6.3", "CurrentMajorVersionNumber": 10,
    "CurrentMinorVersionNumber": 0, "CurrentBuildNumber": "17763", "CSDVersion": ""}),
    (generate.HKLM + r"SYSTEM\CurrentControlSet\Control\ProductOptions", {"ProductType": "ServerNT"}))
IIS10 = generate.reg_export((wine_test.SETUP, {"MajorVersion": 10, "MinorVersion": 0}))
CONFIG = "windows/system32/inetsrv/config/applicationHost.config"
REPORTED = re.compile(r"=== Amsi notification report content ===\r?\n(.*?)\r?\n=== Amsi notification report "
                      r"success", re.S)
# What is the script itself, what the clock says, and in how many pieces programs print.
NOT_COMPARED = ("<System.Convert>.FromBase64String(", "<System.Management.Automation.ScriptBlock>.Create(",
                "<System.DateTime>", "<System.Threading.WaitHandle>.WaitAny(",
                "<System.Collections.Hashtable>.Remove(")
PIECES = re.compile(r"\.(?:BeginRead|EndRead)\(|\.GetString\(<System\.Byte\[\]>, <0>, <\d+>\)")


def wanted():
    folder = peer.windows_engine()
    seed = [*wine_test.seed(), WINDOWS]
    metabase = {"windows/system32/inetsrv/MetaBase.xml":
                generate.healthy_pair()["CONF1"]["MetaBase.xml"]}
    return {"CONF1": {"seed": seed, "files": metabase, "powershell": folder},
            "CONF2": {"seed": [*seed, IIS10], "files": {CONFIG: peer.host_configuration()},
                      "powershell": folder, "locale": "de_DE.UTF-8"},
            "CONF3": {"seed": seed, "files": metabase, "powershell": folder, "shell": "powershell"}}


class World(wine_test.World):
    def __init__(self, folder, nodes, temporary):
        super().__init__(folder, nodes, temporary)
        self.sent = peer.Sent(self.over_ssh("CONF2"))

    def collected(self, name, *others):
        return self.collect(name, self.over_ssh(*others))


@contextlib.contextmanager
def without_powershell(world, *names):
    """As on a node where powershell.exe does not answer."""
    for name in names:
        there = world.nodes[name].drive(windows.POWERSHELL)
        there.rename(there.with_suffix(".away"))
        shutil.copy(windows.LIVE / "silent.exe", there)
    yield
    for name in names:
        there = world.nodes[name].drive(windows.POWERSHELL)
        there.unlink()
        there.with_suffix(".away").rename(there)


# --- the tests ------------------------------------------------------------------------------------

def the_engine_is_a_real_one(world):
    question = "[Console]::Out.Write($PSVersionTable.PSVersion.ToString() + ' ' + $PSVersionTable.Platform)"
    encoded = base64.b64encode(question.encode("utf-16-le")).decode()
    for name, node in world.nodes.items():
        code, said = node.ssh("powershell.exe -NoProfile -EncodedCommand " + encoded)
        expect(code == 0 and re.search(rb"\b7\.\d+\.\d+\S* Win32NT", said), f"{name}: {code}, {said}")


def both_dialects_give_the_same_facts(world):
    by_powershell = world.collected("by-powershell", "CONF2")
    with without_powershell(world, "CONF1", "CONF2"):
        by_cmd = world.collected("by-cmd", "CONF2")
    for name in ("CONF1", "CONF2"):
        facts, others = by_powershell[name]["facts"], by_cmd[name]["facts"]
        # Wine runs no script of Windows Script Host: identity.json is PowerShell's alone.
        facts = {path: value for path, value in facts.items() if path in others or
                 not by_powershell[name]["artefacts"].get(path, "").startswith("identity")}
        expect_equal(facts, others, f"facts of {name}")
        expect(len(facts) > 25, f"too few facts of {name}: {sorted(facts)}")
    expect_equal(by_powershell["CONF2"]["facts"][f"dcom/app/{wine_test.APP}/name"],
                 "Konferenz-B\u00fcro f\u00fcr Gr\u00f6\u00dfen", "a name on the German node")


def from_powershell_as_the_shell_the_same_facts_come(world):
    facts = {name: dict(snapshot["facts"]) for name, snapshot in world.collected("shells", "CONF3").items()}
    for name, own in facts.items():
        expect_equal(own.pop("node/name"), name, "the name")
    expect_equal(facts["CONF3"], facts["CONF1"], "facts")


def a_recording_of_powershell_replays(world):
    recorded, _ = world.check(world.over_ssh("CONF2"), "--record", world.temporary / "recorded")
    dialects = {reply["dialect"] for name in ("CONF1", "CONF2") for reply in json.loads(
        (world.temporary / "recorded" / name / "recording.json").read_text())["replies"]}
    expect_equal(dialects, {"powershell"}, "dialects")
    replayed, _ = world.check(world.inventory(
        "replay", lambda node: {"replay": f"recorded/{node}"}, "live", ["CONF2"]))
    expect_equal(replayed, recorded, "findings")


def fingerprints_accounts_and_a_logon_are_as_they_should_be(world):
    node = world.nodes["CONF1"]
    _, output = node.ssh(world.sent.line, world.sent.input(peer.world("CONF1"), check_logon=True))
    document, said = peer.identity(output), peer.said(output)
    expect_equal({name: said.get(f"iis/pool/{name}") for name in HARD},
                 {name: fingerprint(text) for name, text in HARD.items()}, "fingerprints")
    expect_equal(document["accounts"][".\\IUSR_X"]["sid"], "S-1-5-21-1-2-3-1003", "a SID")
    expect_equal(document["accounts"][".\\IUSR_X"]["groups"], ["S-1-5-32-546"], "groups")
    expect_equal(document["computer"]["sid"], "S-1-5-21-1-2-3", "the computer's SID")
    expect_equal(document["logon"][".\\IUSR_X"], "valid", "the logon, which Wine never refuses")


def nothing_secret_is_reported_to_the_antimalware(world):
    """PowerShell reports each call of a method, with texts and numbers that it gets; this switch of its
    own prints them. They must be the same whatever the key and the passwords are, and however long."""
    reports = []
    for change, key in ((lambda text: text, peer.KEY), (lambda text: text and text + "\u00e9x", peer.KEY[::-1])):
        passwords = {name: change(text) for name, text in HARD.items()}
        _, output = world.nodes["CONF1"].ssh(
            "set __PSDumpAMSILogContent=1&" + world.sent.line,
            world.sent.input(peer.world("CONF1", passwords), key, check_logon=True))
        found = REPORTED.findall(output.decode("utf-8", "replace"))
        reports.append(sorted(report for report in found if not report.startswith(NOT_COMPARED)
                              and not PIECES.search(report)))
    for call in ("LogonUserW", "ComputeHash"):
        expect(any(call in report for report in reports[0]), f"{call} is not reported")
    changed = sorted(set(reports[0]) ^ set(reports[1]))
    expect_equal(changed[:20], [], "what depends on a secret")
    expect_equal(len(reports[0]), len(reports[1]), "how often something is reported")


def the_file_of_iis_is_read_where_its_administration_does_not_answer(world):
    _, output = world.nodes["CONF2"].ssh(world.sent.line, world.sent.input())
    expect_equal(peer.said(output), {PLACE: fingerprint("Synthetic-1-a9")}, "what the file says")


def the_kit_brings_back_the_same_facts(world):
    kit = world.temporary / "kit"
    subprocess.run([peer.STANDBY, "kit", kit, "-i", world.over_ssh("CONF2")], check=True,
                   stdout=subprocess.DEVNULL)
    live = world.collected("live", "CONF2")
    for name in ("CONF1", "CONF2"):
        node = world.nodes[name]
        shutil.copytree(kit, node.drive("kit"))
        code, output = node.ssh(r"powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\kit\collect.ps1")
        # Under Wine 8.0 .NET may stumble over its own end, when all is done, and exit with 2.
        expect(code in (0, 2) and b"Done." in output, f"collect.ps1 on {name}: {code}, {output}")
        shutil.copytree(node.drive("kit") / name, world.temporary / "back" / name)
        shutil.rmtree(node.drive("kit"))
    back = world.collect("read", world.inventory(
        "kit", lambda node: {"files": f"back/{node}"}, "live", ["CONF2"]))
    for name in ("CONF1", "CONF2"):
        facts, others = dict(live[name]["facts"]), back[name]["facts"]
        keyed = f"{PLACE}/password"
        expect_equal(keyed in facts, keyed in others, f"a fingerprint of {name}")
        facts.pop(keyed, None)
        # The kit's files hold all applications and classes.
        expect_equal({path: others.get(path) for path in facts}, facts, f"facts of {name}")


TESTS = [the_engine_is_a_real_one,
         both_dialects_give_the_same_facts,
         from_powershell_as_the_shell_the_same_facts_come,
         a_recording_of_powershell_replays,
         fingerprints_accounts_and_a_logon_are_as_they_should_be,
         nothing_secret_is_reported_to_the_antimalware,
         the_file_of_iis_is_read_where_its_administration_does_not_answer,
         the_kit_brings_back_the_same_facts]


def main():
    peer.windows_engine()
    windows.skip_unless_possible()
    with contextlib.ExitStack() as stack:
        folder, nodes = stack.enter_context(windows.nodes(**wanted()))
        temporary = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        return windows.run_tests(TESTS, World(folder, nodes, temporary))


if __name__ == "__main__":
    sys.exit(main())
