#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Writes the artefacts of the example clusters: generate.py [FOLDER]

FOLDER is where the examples' folders are made, this script's own where it is left out. Every run
writes the same bytes. Everything is synthetic: the passwords and run keys below were made up for
these files, SIDs and the bytes of secure properties come from SHA-256 of their labels, and the
conferencing service's GUIDs are invented. Formats are those of the programs that write them:
regedit and reg.exe of Windows 2000 and Server 2003, IIS 6, standby's own identity.json.
"""
import hashlib
import hmac
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import metabase

# Synthetic passwords: never used on a machine.
PASSWORD_CONF1 = "Synthetic-1-a9"      # IUSR_CONF1 before the repair
PASSWORD_CONF2 = "Synthetic-2-k4"      # IUSR_CONF2 before the repair
PASSWORD_REPAIRED = "Synthetic-3-r7"   # IUSR_CONF on both nodes
PASSWORD_IWAM = "Synthetic-4-w2"       # shows only as the length of a secure property
PASSWORDS = (PASSWORD_CONF1, PASSWORD_CONF2, PASSWORD_REPAIRED, PASSWORD_IWAM)

# Synthetic run keys, one per example: a real one dies with its run.
KEY_CONFERENCING = bytes.fromhex("c0" * 16 + "fe" * 16)
KEY_HEALTHY = bytes.fromhex("4e" * 16 + "a1" * 16)
KEYS = (KEY_CONFERENCING, KEY_HEALTHY)

CONFERENCING_APP = "{6B2F1D30-8A11-4C55-9E0D-2003C0FE0001}"    # invented
CONFERENCING_CLASS = "{6B2F1D30-8A11-4C55-9E0D-2003C0FE0002}"  # invented
MACHINE_DEBUG_MANAGER = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"

HKLM = "HKEY_LOCAL_MACHINE\\"
OLE = HKLM + r"SOFTWARE\Microsoft\Ole"
CLASSES = HKLM + r"SOFTWARE\Classes"
MSV1_0 = HKLM + r"SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0"
WINDOWS_NT = HKLM + r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"

EVERYONE, ANONYMOUS, INTERACTIVE, SYSTEM = "S-1-1-0", "S-1-5-7", "S-1-5-4", "S-1-5-18"
ADMINISTRATORS, DISTRIBUTED_COM_USERS = "S-1-5-32-544", "S-1-5-32-562"
EXECUTE = 0x01                # alone: the old form, everything
LAUNCH_ALL, LAUNCH_LOCAL = 0x1F, 0x0B
ACCESS_ALL = 0x07


# --- nodes and accounts -------------------------------------------------------------------------

@dataclass
class Account:
    name: str
    number: int          # last part of its SID
    groups: tuple
    enabled: bool = True
    password_set: str = "2005-03-14T08:21:07Z"


def local_prefix(computer):
    """What the SIDs of a computer's own accounts begin with."""
    parts = struct.unpack("<3I", hashlib.sha256(b"sid of " + computer.encode()).digest()[:12])
    return "S-1-5-21-" + "-".join(str(part) for part in parts)


def local_sid(computer, account):
    return f"{local_prefix(computer)}-{account.number}"


def usual_accounts(computer, *more):
    return [Account("Administrator", 500, ("BUILTIN\\Administrators",)),
            Account("Guest", 501, ("BUILTIN\\Guests",), enabled=False), *more]


# --- security descriptors ([MS-DTYP] 2.4.6) -----------------------------------------------------

def packed_sid(sid):
    authority, *parts = [int(part) for part in sid.split("-")[2:]]
    return struct.pack(f"<BB6s{len(parts)}I", 1, len(parts), authority.to_bytes(6, "big"), *parts)


def descriptor(*entries):
    """Self-relative, owner and group Administrators; entries are (SID, mask), all allowing."""
    aces = b""
    for sid, mask in entries:
        body = struct.pack("<I", mask) + packed_sid(sid)
        aces += struct.pack("<BBH", 0, 0, 4 + len(body)) + body
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(entries), 0) + aces
    owner = packed_sid(ADMINISTRATORS)
    header = struct.pack("<BBHIIII", 1, 0, 0x8004, 20 + len(acl), 20 + len(acl) + len(owner), 0, 20)
    return header + acl + owner + owner


# --- registry texts -----------------------------------------------------------------------------

def reg_binary(head, data):
    """regedit's lines: 80 columns with the backslash, continued behind two blanks."""
    lines, line = [], head + "hex:"
    for position, byte in enumerate(data):
        if len(line) + len("00,\\") > 80:
            lines.append(line + "\\")
            line = "  "
        line += f"{byte:02x}" + ("," if position + 1 < len(data) else "")
    return "\r\n".join([*lines, line])


def reg_value(name, value):
    head = f'"{name}"=' if name else "@="
    if isinstance(value, bytes):
        return reg_binary(head, value)
    if isinstance(value, int):
        return f"{head}dword:{value:08x}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{head}"{escaped}"'


def reg_export(*keys):
    """What "reg export" and "regedit /e" write; keys are (path, {name: value})."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    for path, values in keys:
        lines += [f"[{path}]", *(reg_value(*item) for item in values.items()), ""]
    return ("\r\n".join(lines) + "\r\n").encode("utf-16")


def reg_query(path, values, subkeys=()):
    """What "reg query KEY >file" leaves: OEM code page, columns four blanks apart."""
    lines = ["", path]
    for name, value in values.items():
        kind, text = ("REG_DWORD", f"0x{value:x}") if isinstance(value, int) else ("REG_SZ", value)
        lines.append(f"    {name}    {kind}    {text}")
    lines += ["", *(f"{path}\\{name}" for name in subkeys)]
    return ("\r\n".join(lines) + "\r\n").encode("cp437")


# --- identity.json ------------------------------------------------------------------------------

def fields_hmac(key, *fields):
    framed = b"".join(struct.pack(">I", len(field)) + field for field in fields)
    return hmac.new(key, framed, hashlib.sha256).hexdigest()


def fingerprint(key, password):
    key_id = fields_hmac(key, b"standby/1", b"key-id")[:16]
    tag = fields_hmac(key, b"standby/1", b"password", password.encode("utf-8"))
    return f"hmac-sha256:{key_id}:{tag}"


def account_json(computer, account):
    return {
        "exists": True, "sid": local_sid(computer, account), "enabled": account.enabled,
        "locked": False, "expires": None, "password-set": account.password_set,
        "password-expires": None, "groups": sorted(account.groups),
    }


def identity(computer, accounts, credentials):
    name = computer["name"]
    document = {
        "version": 1, "node": name, "collected": "2026-11-02T09:00:00Z",
        "computer": {**computer, "sid": local_prefix(name)},
        "accounts-complete": True,
        "accounts": {f".\\{item.name}": account_json(name, item) for item in accounts},
        "credentials": credentials,
    }
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode("utf-8")


# --- the conferencing pair, before and after the repair -----------------------------------------

def ole_2003():
    """Machine-wide DCOM settings as Service Pack 1 of Server 2003 sets them."""
    return reg_export(
        (OLE, {
            "DefaultLaunchPermission": descriptor(
                (ADMINISTRATORS, LAUNCH_ALL), (SYSTEM, LAUNCH_ALL), (INTERACTIVE, LAUNCH_ALL)),
            "EnableDCOM": "Y",
            "MachineLaunchRestriction": descriptor(
                (ADMINISTRATORS, LAUNCH_ALL), (DISTRIBUTED_COM_USERS, LAUNCH_ALL),
                (EVERYONE, LAUNCH_LOCAL)),
            "MachineAccessRestriction": descriptor((EVERYONE, ACCESS_ALL), (ANONYMOUS, ACCESS_ALL)),
            "LegacyAuthenticationLevel": 2,
            "LegacyImpersonationLevel": 2,
        }),
        (OLE + r"\NONREDIST", {"System.EnterpriseServices.Thunk.dll": ""}))


def conferencing_app(caller):
    return reg_export((f"{CLASSES}\\AppID\\{CONFERENCING_APP}", {
        "": "Conferencing Service",
        "LocalService": "MSExchangeConf",
        "LaunchPermission": descriptor(
            (ADMINISTRATORS, LAUNCH_ALL), (SYSTEM, LAUNCH_ALL), (INTERACTIVE, LAUNCH_ALL),
            (caller, LAUNCH_ALL)),
        "AccessPermission": descriptor(
            (ADMINISTRATORS, ACCESS_ALL), (SYSTEM, ACCESS_ALL), (caller, ACCESS_ALL)),
    }))


def conferencing_class():
    key = f"{CLASSES}\\CLSID\\{CONFERENCING_CLASS}"
    return reg_export((key, {"": "Conference Manager", "AppID": CONFERENCING_APP}),
                      (key + r"\ProgID", {"": "Conferencing.ConferenceManager.1"}))


def windows_2003():
    """A query without /s. DigitalProductId and most subkeys are left out."""
    return reg_query(WINDOWS_NT, {
        "CurrentBuild": "1.511.1 () (Obsolete data - do not use)",
        "ProductName": "Microsoft Windows Server 2003",
        "RegisteredOrganization": "Example B\u00fcro",
        "RegisteredOwner": "Example",
        "SoftwareType": "SYSTEM",
        "CurrentVersion": "5.2",
        "CurrentBuildNumber": "3790",
        "BuildLab": "3790.srv03_sp2_rtm.070216-1710",
        "CurrentType": "Multiprocessor Free",
        "CSDVersion": "Service Pack 2",
        "SystemRoot": "C:\\WINDOWS",
        "SourcePath": "D:\\I386",
        "PathName": "C:\\WINDOWS",
        "InstallDate": 0x42354A2F,
    }, ("AeDebug", "Fonts", "Hotfix", "Winlogon"))


def conferencing_credentials(user, key, password):
    configured = {"user": user, "password": fingerprint(key, password)}
    return {
        "iis/location/%2F/anonymous": configured,
        "iis/location/1%2Froot%2Fconferencing/anonymous": configured,
    }


def conferencing_node(name, caller, key, password, sync):
    """`caller` is the account that IIS presents; the node has its default IUSR and IWAM beside."""
    members = ("BUILTIN\\Distributed COM Users", "BUILTIN\\Guests")
    accounts = usual_accounts(
        name, Account(f"IUSR_{name}", 1003, members if caller.number == 1003 else members[1:]),
        Account(f"IWAM_{name}", 1004, (f"{name}\\IIS_WPG",)))
    if caller.number != 1003:
        accounts.append(Account(caller.name, caller.number, members, True, caller.password_set))
    computer = {"name": name, "domain": "EXAMPLE", "os": "5.2.3790", "iis": "6.0",
                "isolation-mode": "worker-process"}
    return {
        "MetaBase.xml": metabase.conferencing(name, caller.name, password, PASSWORD_IWAM, sync),
        "identity.json": identity(
            computer, accounts, {
                **conferencing_credentials(caller.name, key, password),
                "iis/wam": {"user": f"IWAM_{name}", "password": "unreadable"}}),
        "ole.reg": ole_2003(),
        "appid.reg": conferencing_app(local_sid(name, caller)),
        "clsid.reg": conferencing_class(),
        "msv1_0.reg": reg_export((MSV1_0, {
            "Auth132": "IISSUBA", "ntlmminclientsec": 0, "ntlmminserversec": 0})),
        "windows.txt": windows_2003(),
    }


def conferencing_2003():
    passwords = {"CONF1": PASSWORD_CONF1, "CONF2": PASSWORD_CONF2}
    return {name: conferencing_node(name, Account(f"IUSR_{name}", 1003, ()), KEY_CONFERENCING,
                                    password, sync=True)
            for name, password in passwords.items()}


def healthy_pair():
    caller = Account("IUSR_CONF", 1021, (), password_set="2026-10-30T16:40:12Z")
    return {name: conferencing_node(name, caller, KEY_HEALTHY, PASSWORD_REPAIRED, sync=False)
            for name in ("CONF1", "CONF2")}


# --- the Machine Debug Manager on Windows 2000 --------------------------------------------------

def ole_2000():
    """Before Server 2003 SP1 there are no limits, and entries have the old form."""
    return reg_export((OLE, {
        "EnableDCOM": "Y",
        "DefaultLaunchPermission": descriptor(
            (SYSTEM, EXECUTE), (ADMINISTRATORS, EXECUTE), (INTERACTIVE, EXECUTE)),
        "LegacyAuthenticationLevel": 2,
        "LegacyImpersonationLevel": 2,
    }))


def debugger_class():
    key = f"{CLASSES}\\CLSID\\{MACHINE_DEBUG_MANAGER}"
    return reg_export(
        (key, {"": "Machine Debug Manager", "AppID": MACHINE_DEBUG_MANAGER}),
        (key + r"\LocalServer32", {"": r"C:\WINNT\System32\mdm.exe"}))


def windows_2000():
    """Subkeys and DigitalProductId are left out."""
    return reg_export((WINDOWS_NT, {
        "CurrentBuild": "1.511.1 () (Obsolete data - do not use)",
        "InstallDate": 0x3C91D2A0,
        "ProductName": "Microsoft Windows 2000",
        "RegisteredOrganization": "Example",
        "RegisteredOwner": "Example",
        "SoftwareType": "SYSTEM",
        "CurrentVersion": "5.0",
        "CurrentBuildNumber": "2195",
        "CurrentType": "Uniprocessor Free",
        "CSDVersion": "Service Pack 4",
        "SystemRoot": "C:\\WINNT",
        "SourcePath": "D:\\I386",
        "PathName": "C:\\WINNT",
    }))


def debugger_node(name, app_values):
    accounts = usual_accounts(
        name, Account(f"IUSR_{name}", 1000, ("BUILTIN\\Guests",)),
        Account(f"IWAM_{name}", 1001, ("BUILTIN\\Guests",)))
    computer = {"name": name, "domain": None, "os": "5.0.2195", "iis": "5.0"}
    key = f"{CLASSES}\\AppID\\{MACHINE_DEBUG_MANAGER}"
    return {
        "identity.json": identity(
            computer, accounts,
            {"iis/wam": {"user": f"IWAM_{name}", "password": "unreadable"}}),
        "ole.reg": ole_2000(),
        "appid.reg": reg_export((key, {"": "Machine Debug Manager", **app_values})),
        "clsid.reg": debugger_class(),
        "windows.reg": windows_2000(),
    }


def machine_debug_manager():
    """WEB1 is as Setup left it; on WEB2 the article was followed half-way."""
    some = descriptor((INTERACTIVE, EXECUTE), (ADMINISTRATORS, EXECUTE))
    return {
        "WEB1": debugger_node("WEB1", {}),
        "WEB2": debugger_node("WEB2", {
            "LaunchPermission": some, "AccessPermission": some, "RunAs": "Interactive User"}),
    }


EXAMPLES = {
    "conferencing-2003": conferencing_2003,
    "healthy-pair": healthy_pair,
    "machine-debug-manager": machine_debug_manager,
}


def artefacts():
    """(path below the examples' folder, bytes) of everything."""
    for example, nodes in EXAMPLES.items():
        for node, files in nodes().items():
            for name, content in files.items():
                yield Path(example, node, name), content


def main(arguments):
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    for path, content in artefacts():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
