#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random security descriptors, packed by Samba, must be read by standby as Samba reads them.

samba_descriptors_test.py [PROGRAM [COUNT [SEED]]]

PROGRAM is tests/cli/descriptor_lines.c, built (in $BUILD when not given). Each descriptor is
compared twice: field by field with Samba's own structure, and as SDDL, which is written here
from standby's JSON alone, against the SDDL that Samba writes; both are parsed by Samba again,
so that spelling does not matter. What Samba's SDDL cannot express (labels, authorities of 2^32
- 1 and more, an empty access list with flags before a system list) is compared by fields.

Then one bit of the first entry of every list is turned over, and the comparison has to notice.

Exit code 0: all agree; 1: some do not; 77: Samba's Python library is missing.
"""
import json
import os
import random
import subprocess
import sys

try:
    from samba.dcerpc import misc, security
    from samba.ndr import ndr_pack
except ImportError as missing:
    print(f"skipped: python3-samba is not installed ({missing})")
    sys.exit(77)

DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"
DACL_PRESENT, SACL_PRESENT, SELF_RELATIVE = 0x4, 0x10, 0x8000
OWNER_GROUP_BITS, DACL_BITS, SACL_BITS = 0x3, 0x1508, 0x2A20
TYPES = {
    "allow": 0, "deny": 1, "audit": 2, "alarm": 3, "allow-object": 5, "deny-object": 6,
    "audit-object": 7, "alarm-object": 8, "mandatory-label": 0x11,
}
SDDL_TYPES = {
    "allow": "A", "deny": "D", "audit": "AU", "alarm": "AL", "allow-object": "OA",
    "deny-object": "OD", "audit-object": "OU", "alarm-object": "OL",
}
SDDL_FLAGS = {0x1: "OI", 0x2: "CI", 0x4: "NP", 0x8: "IO", 0x10: "ID", 0x40: "SA", 0x80: "FA"}
COMMON_SIDS = [
    "S-1-1-0", "S-1-5-7", "S-1-5-10", "S-1-5-11", "S-1-5-18", "S-1-5-32-544", "S-1-5-32-562",
    "S-1-5-4", "S-1-5-17", "S-1-15-2-1", DOMAIN + "-500", DOMAIN + "-1003", "S-1-5",
]


# --- random descriptors ---------------------------------------------------------------------

def random_sid(rng):
    if rng.random() < 0.5:
        return security.dom_sid(rng.choice(COMMON_SIDS))
    large = rng.random() < 0.04
    authority = rng.choice([2**32 - 1, 2**32, rng.getrandbits(48)]) if large else rng.choice(
        [0, 1, 5, 16, 2**32 - 2, rng.getrandbits(31)])
    head = f"0x{authority:012x}" if authority >= 2**32 else str(authority)
    parts = [rng.choice([0, 1, 2**31, 2**32 - 1, rng.getrandbits(32)])
             for _ in range(rng.randint(0, 15))]
    return security.dom_sid("-".join(["S-1", head] + [str(part) for part in parts]))


def random_guid(rng):
    return misc.GUID("%08x-%04x-%04x-%04x-%012x" % tuple(
        rng.getrandbits(bits) for bits in (32, 16, 16, 16, 48)))


def random_mask(rng):
    return rng.choice([0, 1, 0xB, 0x1F, 0x10000000, 0x2001F, 2**32 - 1, rng.getrandbits(32)])


def random_ace(rng, types):
    ace = security.ace()
    ace.type = rng.choice(types)
    ace.access_mask = random_mask(rng)
    ace.trustee = random_sid(rng)
    for flag in SDDL_FLAGS:
        ace.flags |= flag if rng.random() < 0.2 else 0
    if 5 <= ace.type <= 8:
        ace.object.flags = rng.randint(0, 3)
        ace.object.type = random_guid(rng)
        ace.object.inherited_type = random_guid(rng)
    if ace.type == 0x11:
        level = rng.choice([0, 0x1000, 0x2000, 0x2100, 0x3000, 0x4000, rng.getrandbits(16)])
        ace.trustee = security.dom_sid(f"S-1-16-{level}")
    return ace


def random_acl(rng, types):
    acl = security.acl()
    acl.revision = rng.choice([2, 4])
    aces = [random_ace(rng, types) for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 20]))]
    acl.aces = aces
    acl.num_aces = len(aces)
    return acl


def random_bits(rng, among):
    return rng.getrandbits(16) & among if rng.random() < 0.3 else 0


def random_descriptor(rng):
    sd = security.descriptor()
    sd.type = SELF_RELATIVE | random_bits(rng, OWNER_GROUP_BITS)
    if rng.random() < 0.85:
        sd.owner_sid = random_sid(rng)
    if rng.random() < 0.85:
        sd.group_sid = random_sid(rng)
    if rng.random() < 0.9:
        sd.type |= DACL_PRESENT | random_bits(rng, DACL_BITS)
    if rng.random() < 0.9:  # with the bit unset: a list that does not count
        sd.dacl = random_acl(rng, [0, 0, 0, 1, 1, 5, 6])
    if rng.random() < 0.4:
        sd.type |= SACL_PRESENT | random_bits(rng, SACL_BITS)
        labels = [0x11] if rng.random() < 0.3 else []
        sd.sacl = random_acl(rng, [2, 3, 7, 8] + labels) if rng.random() < 0.9 else None
    return sd


# --- field by field -------------------------------------------------------------------------

def same_sid(text, sid):
    if text is None or sid is None:
        return text is None and sid is None
    return ndr_pack(security.dom_sid(text)) == ndr_pack(sid)


def object_types(ace):
    if not 5 <= ace.type <= 8:
        return None, None
    kinds = ace.object.type, ace.object.inherited_type
    return tuple("{%s}" % str(guid).upper() if ace.object.flags & bit else None
                 for guid, bit in zip(kinds, (1, 2)))


def same_ace(entry, ace):
    return (TYPES.get(entry["type"]) == ace.type and entry["flags"] == ace.flags
            and entry["mask"] == ace.access_mask and same_sid(entry["sid"], ace.trustee)
            and (entry.get("object-type"), entry.get("inherited-object-type"))
            == object_types(ace) and "data" not in entry)


def same_list(entries, acl, present):
    if entries is None or acl is None or not present:
        return entries is None and (acl is None or not present)
    return len(entries) == acl.num_aces and all(map(same_ace, entries, acl.aces))


def same_fields(decoded, sd):
    return ("error" not in decoded and decoded["control"] == sd.type
            and same_sid(decoded["owner"], sd.owner_sid)
            and same_sid(decoded["group"], sd.group_sid)
            and same_list(decoded["dacl"], sd.dacl, sd.type & DACL_PRESENT)
            and same_list(decoded["sacl"], sd.sacl, sd.type & SACL_PRESENT))


# --- SDDL -----------------------------------------------------------------------------------

class NotExpressible(Exception):
    """Samba's SDDL has no words for it (it crashes on some of them)."""


def sddl_sid(sid):
    authority = sid.split("-")[2]
    if authority.startswith("0x") or int(authority) >= 2**32 - 1:
        raise NotExpressible
    return sid


def sddl_guid(entry, key):
    return entry.get(key, "").strip("{}").lower()


def sddl_ace(entry):
    if entry["type"] not in SDDL_TYPES or entry["flags"] & ~sum(SDDL_FLAGS):
        raise NotExpressible
    flags = "".join(name for bit, name in SDDL_FLAGS.items() if entry["flags"] & bit)
    return "(%s;%s;0x%x;%s;%s;%s)" % (
        SDDL_TYPES[entry["type"]], flags, entry["mask"], sddl_guid(entry, "object-type"),
        sddl_guid(entry, "inherited-object-type"), sddl_sid(entry["sid"]))


def sddl_list(letter, entries, control, bits):
    if entries is None:
        return ""
    flags = "".join(name for bit, name in zip(bits, ("P", "AR", "AI")) if control & bit)
    return f"{letter}:{flags}" + "".join(map(sddl_ace, entries))


def sddl_of(decoded):
    owner, group, control = decoded["owner"], decoded["group"], decoded["control"]
    if decoded["dacl"] == [] and control & 0x1500 and decoded["sacl"] is not None:
        raise NotExpressible  # flags of an empty list with a list behind it: not parsed
    return ((f"O:{sddl_sid(owner)}" if owner else "") + (f"G:{sddl_sid(group)}" if group else "")
            + sddl_list("D", decoded["dacl"], control, (0x1000, 0x100, 0x400))
            + sddl_list("S", decoded["sacl"], control, (0x2000, 0x200, 0x800)))


def canonical(sddl):
    return ndr_pack(security.descriptor.from_sddl(sddl, security.dom_sid(DOMAIN)))


def same_sddl(decoded, sd):
    """None where SDDL cannot tell."""
    try:
        ours = sddl_of(decoded)
    except NotExpressible:
        return None
    return canonical(ours) == canonical(sd.as_sddl())


# --- the test -------------------------------------------------------------------------------

def decode_all(program, packed):
    lines = "".join(data.hex() + "\n" for data in packed)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(packed):
        sys.exit(f"{len(packed)} descriptors asked, {len(answers)} answered")
    return answers


def turn_one_bit(rng, data, sd):
    """One bit of the flags or the mask of the first entry; None where there is no entry."""
    if not sd.type & DACL_PRESENT or sd.dacl is None or sd.dacl.num_aces == 0:
        return None
    first = int.from_bytes(data[16:20], "little") + 8
    at = first + rng.choice([1, 4, 5, 6, 7])
    bit = 1 << rng.choice([0, 1, 2, 3, 4, 6, 7])
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


def compare(decoded, descriptors, packed):
    wrong = worded = 0
    for answer, sd, data in zip(decoded, descriptors, packed):
        sddl = same_sddl(answer, sd) if "error" not in answer else False
        worded += sddl is not None
        if not same_fields(answer, sd) or sddl is False:
            wrong += 1
            print("differs:", data.hex(), json.dumps(answer), sep="\n  ")
    return wrong, worded


def unnoticed(program, rng, descriptors, packed):
    """How many turned bits the comparisons do not see; and how many were turned."""
    pairs = [(turn_one_bit(rng, data, sd), sd) for data, sd in zip(packed, descriptors)]
    pairs = [pair for pair in pairs if pair[0]]
    blind = 0
    for answer, (data, sd) in zip(decode_all(program, [data for data, _ in pairs]), pairs):
        if "error" in answer or same_fields(answer, sd) or same_sddl(answer, sd):
            blind += 1
            print("a turned bit goes unnoticed:", data.hex(), sep="\n  ")
    return blind, len(pairs)


def main(program, count="2000", seed="1"):
    rng = random.Random(int(seed))
    descriptors = [random_descriptor(rng) for _ in range(int(count))]
    packed = [ndr_pack(sd) for sd in descriptors]
    wrong, worded = compare(decode_all(program, packed), descriptors, packed)
    blind, turned = unnoticed(program, rng, descriptors, packed)
    print(f"seed {seed}: {worded} of them compared as SDDL too; "
          f"{turned - blind} of {turned} turned bits noticed")
    if wrong or blind or worded < len(packed) / 2 or turned < len(packed) / 4:
        print(f"{wrong} of {len(packed)} descriptors differ")
        return 1
    print(f"{len(packed)} descriptors agree")
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 4:
        sys.exit("usage: samba_descriptors_test.py [PROGRAM [COUNT [SEED]]]")
    built = os.environ.get("BUILD", "build") + "/tests/cli/descriptor_lines"
    sys.exit(main(*(sys.argv[1:] or [built])))
