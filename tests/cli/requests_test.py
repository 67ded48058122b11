#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What "standby requests" prints is all that is sent, and all of it only reads: every command, .NET
type and member stands in the lists below. The same checker refuses what was changed in any way that
matters. Anything new that a part needs must be added here, by somebody who looked at it."""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
STANDBY = pathlib.Path(os.environ.get("STANDBY", ROOT / "standby"))
APP = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
CLASS = "{0C0A3666-30C9-11D0-8F20-00805F2CD065}"

# --- the command shell ----------------------------------------------------------------------------

KEY = r'"HKEY_LOCAL_MACHINE\\(?:SOFTWARE|SYSTEM)\\[\w\\ .{}-]+"'
FILE = r"%windir%\\(?:system32|sysnative)\\inetsrv\\MetaBase\.xml"
SIMPLE = [rf"reg query {KEY}(?: /s| /v \w+)?&&echo #end", r"for %i in \(reg\.exe\) do @echo \[%~\$PATH:i\]",
          rf"type {FILE}", r"echo #?[\w%$ ]+", "chcp", "ver", r"exit \d"]
SCRIPT_FILE = r'"%TEMP%\\standby-\w+\.js"'
# Its file is one line, and its own: that line runs what tests/cli/jscript_hmac_test.py looks at.
SCRIPT = re.compile(r"echo eval\(unescape\(WScript\.StdIn\.ReadLine\(\)\)\)>" + SCRIPT_FILE +
                    r"&(?:%windir%\\sysnative\\)?cscript //nologo //E:JScript //T:300 " + SCRIPT_FILE +
                    "&del /f /q " + SCRIPT_FILE)
POWERSHELL = re.compile(r"powershell\.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass "
                        r"-EncodedCommand ([A-Za-z0-9+/]+=*)")


def refuse_simple(command):
    if not any(re.fullmatch(pattern, command) for pattern in SIMPLE):
        return f"not a command that only reads: {command!r}"
    return None


def refuse_if(command):
    """if exist FILE (COMMAND) else (COMMAND), or another if behind else."""
    found = re.fullmatch(rf"if exist {FILE} \(([^()]*)\)(?: else (.*))?", command)
    if not found:
        return refuse_simple(command)
    otherwise = found[2]
    if otherwise and otherwise.startswith("("):
        otherwise = otherwise[1:-1] if otherwise.endswith(")") else otherwise
    return refuse_simple(found[1]) or (otherwise and refuse_if(otherwise))


def refuse_command(line):
    """Why a line of cmd.exe is refused, or None."""
    found = POWERSHELL.fullmatch(line)
    if found:
        return refuse_script(base64.b64decode(found[1], validate=True).decode("utf-16-le"))
    if SCRIPT.fullmatch(line) and len(set(re.findall(SCRIPT_FILE, line))) == 1:
        return None
    if len(line) > 8190:
        return "too long for a command shell"
    return next(filter(None, map(refuse_if, line.split(" & "))), None)


# --- PowerShell -----------------------------------------------------------------------------------

COMMANDS = {"New-Object", "Set-StrictMode"}
KEYWORDS = {"if", "else", "elseif", "foreach", "while", "in", "function", "return", "try", "catch",
            "finally", "throw", "exit", "for", "break", "continue"}
OPERATORS = {"-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-and", "-or", "-not", "-is", "-bor", "-band",
             "-replace", "-split", "-match", "-notmatch", "-cnotmatch", "-like", "-cnotlike", "-contains", "-notcontains",
             "-ccontains", "-isnot"}
PARAMETERS = {"-Version", "-ComObject"}
# type: its static members that may be used
TYPES = {
    "Console": {"In", "Out", "OutputEncoding"},  # see PAGE
    "Convert": {"ToBase64String", "FromBase64String", "ToUInt32"},
    "Base64FormattingOptions": {"InsertLineBreaks"},
    "ScriptBlock": {"Create"},
    "Text.Encoding": {"UTF8", "ASCII", "GetEncoding"},
    "Threading.WaitHandle": {"WaitAny"}, "Threading.WaitHandle[]": set(),
    "Diagnostics.Process": {"Start"},
    "IO.Directory": {"Exists"},
    "IO.File": {"Exists"},
    "IO.FileMode": {"Open"},
    "IO.FileAccess": {"Read"},
    "IO.FileShare": {"ReadWrite", "Delete"},  # what others may do meanwhile
    "Array": {"Clear", "Sort"}, "BitConverter": {"GetBytes", "ToString"}, "DateTime": {"UtcNow"},
    "Environment": {"MachineName"}, "Globalization.CultureInfo": {"InvariantCulture"},
    "IntPtr": {"Zero"}, "StringComparer": {"Ordinal"}, "ComponentModel.Win32Exception": set(),
    "Xml.XmlElement": set(), "Xml.XmlReader": {"Create"}, "Xml.XmlConvert": {"ToBoolean"},  # see XML
    "string": {"Join"}, "int": set(), "int64": set(), "byte[]": set(), "bool": set(), "char": set(),
    "char[]": set(), "object[]": set(), "string[]": set(), "void": set(), "ref": set(), "Type[]": set(),
    "Collections.IDictionary": set(),
    "wmisearcher": set(),  # QUERY says for what
    # The guarded logon check, which declares two functions of Windows in memory: see IMPORT.
    "AppDomain": {"CurrentDomain"}, "Reflection.Emit.AssemblyBuilder": {"DefineDynamicAssembly"},
    "Reflection.Emit.AssemblyBuilderAccess": {"Run"}, "Reflection.FieldInfo[]": set(),
    "Runtime.InteropServices.CharSet": {"Unicode"},
    "Runtime.InteropServices.DllImportAttribute": set(),
    "Runtime.InteropServices.Marshal": {"GetHRForException", "GetLastWin32Error"},
    "$logonType": {"LogonUserW", "CloseHandle"},
}
NEW = {"System.Diagnostics.ProcessStartInfo", "System.IO.FileStream",
       "System.DirectoryServices.DirectoryEntry", "System.Reflection.AssemblyName",
       "System.Reflection.Emit.CustomAttributeBuilder", "System.Xml.XmlReaderSettings",
       "System.Security.Cryptography.HMACSHA256", "System.Security.Principal.SecurityIdentifier",
       "System.Xml.XmlDocument", "byte[]"}
MEMBERS = {
    # texts, numbers, times, tables
    "Length", "Replace", "Substring", "LastIndexOf", "IndexOf", "Split", "StartsWith", "Trim",
    "TrimEnd", "ToString", "ToLowerInvariant", "ToUpperInvariant", "Year",
    "AddSeconds", "AddTicks", "Ticks", "ToUniversalTime", "Count", "ContainsKey", "Keys", "Values",
    "Value", "Key", "Item", "Name", "GetString", "GetBytes", "GetType", "FullName",
    # streams; the keyed hash
    "ReadLine", "Write", "Read", "ReadToEnd", "Close", "ComputeHash", "Clear",
    # XML, without Save; see XML
    "Load", "XmlResolver", "MaxCharactersInDocument", "DocumentElement", "SelectNodes", "GetAttribute",
    "HasAttribute",
    # errors, programs
    "Exception", "InnerException", "Message", "FullyQualifiedErrorId", "NativeErrorCode", "WaitForExit",
    "ExitCode", "StandardInput", "StandardOutput", "FileName", "Arguments", "UseShellExecute",
    "RedirectStandardInput", "RedirectStandardOutput", "StandardError", "RedirectStandardError",
    "BaseStream", "BeginRead", "EndRead", "AsyncWaitHandle", "CurrentEncoding", "Remove",
    # ADSI: without SetInfo, Put, InvokeSet and CommitChanges nothing is changed; see INVOKED
    "psbase", "InvokeGet", "Invoke", "RefreshCache", "Children", "SchemaClassName",
    # the administration of IIS 7, likewise without CommitChanges; WMI
    "GetAdminSection", "GetElementByName", "GetPropertyByName", "Collection", "Get",
    # types made in memory
    "DefineDynamicAssembly", "DefineDynamicModule", "DefineType", "DefineMethod", "CreateType",
    "GetConstructor", "GetField", "MakeByRefType", "SetCustomAttribute", "SetImplementationFlags",
}
# What may be written to: the reply. A stream of a file has Write too.
WRITERS = re.compile(r"\[Console\]::Out\.Write\(")
# A document refers to nothing else, and comes from an open file.
XML = {".XmlResolver": ".XmlResolver = $null\n",
       ".Load(": "$document.Load([Xml.XmlReader]::Create($stream, $settings))\n"}
# Programs: only through Invoke-Program, with these arguments.
KEYS = r"(?:\$path|\$above|HKEY_LOCAL_MACHINE\\\$path)"
PROGRAM = re.compile(rf"""Invoke-Program 'reg\.exe' "query `"{KEYS}`"(?: /s| /v \$name)?"(?![\w$'"])""")
# The code page of the console, while a program runs.
PAGE = re.compile(r"\$before = \[Console\]::OutputEncoding\n\s+\[Console\]::OutputEncoding = "
                  r"\[Text\.Encoding\]::UTF8\n|\} finally \{\n\s+if \(\$null -ne \$page\) \{ "
                  r"\[Console\]::OutputEncoding = \$page \}\n")
CALLED = re.compile(r"&\s*(?:\$part\)|\$s$)", re.M)
STREAM = re.compile(r"System\.IO\.FileStream\(\$path, \[IO\.FileMode\]::Open, "
                    r"\[IO\.FileAccess\]::Read, \$sharing\)")

INVOKED = re.compile(r"\.Invoke\('(?:Groups'\)|GetDataPaths', )")
QUERY = re.compile(r"\[wmisearcher\]'SELECT [\w, ]+ FROM \w+'\)\.Get\(\)")
COM = "Microsoft.ApplicationHost.AdminManager"
IMPORT = {("LogonUserW", "advapi32.dll"), ("CloseHandle", "kernel32.dll")}

TOKEN = re.compile(r"""
    (?P<comment>\#[^\n]*)
  | (?P<single>'(?:[^']|'')*')
  | (?P<double>"(?:[^"`]|`.|"")*")
  | (?P<indexed>(?<=[\w)])\[)
  | (?P<type>\[[A-Za-z][\w.]*(?:\[\])?\])
  | (?P<static>::[A-Za-z]\w*)
  | (?P<member>\.[A-Za-z]\w*)
  | (?P<variable>\$(?:env:)?\w+)
  | (?P<operator>-[A-Za-z]+)
  | (?P<word>[A-Za-z][\w.-]*)
  | (?P<number>0x[0-9a-f]+|\d+)
  | (?P<blank>\s+)
  | (?P<sign>\.\.|[][(){}=+,;&@*/%<-])
""", re.X)


def tokens(script):
    at = 0
    while at < len(script):
        found = TOKEN.match(script, at)
        if not found:
            raise ValueError(f"a character that no part needs: {script[at:at + 20]!r}")
        if found.lastgroup not in ("blank", "comment"):
            yield found.lastgroup, found[0]
        at = found.end()


def without_texts(script):
    return TOKEN.sub(lambda found: found[0] if found.lastgroup not in ("comment", "single", "double")
                     else " " * len(found[0]), script)


def refuse_text(text):
    """A text in double quotes may hold variables, no expressions."""
    plain = re.sub(r"`.", "", text)
    return f"an expression in {text}" if re.search(r"\$[^\w]", plain) else None


def refuse_token(kind, text, before, own):
    """`own`: functions and keys of tables that the script itself defines."""
    if kind == "double":
        return refuse_text(text)
    if kind == "type" and text[1:-1] not in TYPES:
        return f"the type {text}"
    if kind == "static" and text[2:] not in TYPES.get(before[1].strip("[]"), TYPES.get(before[1][1:-1], set())):
        return f"the member {before[1]}{text}"
    if kind == "member" and text[1:] not in MEMBERS | own["keys"]:
        return f"the member {text}"
    if kind == "operator" and text not in OPERATORS | PARAMETERS:
        return f"the operator {text}"
    if kind == "word" and text not in COMMANDS | KEYWORDS | own["functions"] | own["keys"] | NEW:
        return f"the command {text}"
    return None


def refuse_directory(script, bare):
    """What ADSI, WMI and the functions of Windows are asked for."""
    if bare.count(".Invoke(") != len(INVOKED.findall(script)):
        return "a method of an object of the directory is called"
    if bare.count("[wmisearcher]") != len(QUERY.findall(script)):
        return "WMI is asked otherwise than by SELECT"
    imported = set(re.findall(r"name = '(\w+)'; library = '([\w.]+)'", script))
    if bare.count("library =") != len(imported) or not imported <= IMPORT:
        return "another function of Windows is declared"
    if set(re.findall(r"-ComObject (\S+)", script)) - {f"'{COM}'"}:
        return "another COM object"
    return None


def refuse_calls(script):
    bare = without_texts(script)
    programs = len(re.findall(r"\bInvoke-Program\b", bare)) - bare.count("function Invoke-Program")
    if len(re.findall(r"\bRead-Program\b", bare)) != 3 * bare.count("function Invoke-Program"):
        return "a program is started outside Invoke-Program"
    if PAGE.sub("", bare).count("OutputEncoding"):
        return "the code page of the console is changed for more than a program"
    if programs != len(PROGRAM.findall(script)):
        return "a program is started otherwise than by reg query"
    if bare.count("[Diagnostics.Process]::Start") > bare.count("function Read-Program"):
        return "a program is started outside Invoke-Program"
    if bare.count("&") != len(CALLED.findall(bare)):
        return "something is called with &"
    if len(re.findall(r"\.Write(?:Byte|To)?\b", bare)) != len(WRITERS.findall(bare)):
        return "something else than the reply is written"
    if any(script.count(member) != script.count(whole) for member, whole in XML.items()):
        return "XML may bring in more than its file"
    if bare.count("System.IO.FileStream") != len(STREAM.findall(script)):
        return "a file is opened otherwise than for reading"
    if re.search(r"%\s*\{|<(?!#)", bare):
        return "a pipeline or a redirection"
    objects = re.findall(r"New-Object +(?:-ComObject )?'?([\w.\[\]]+)", script)
    if len(objects) != bare.count("New-Object") or not set(objects) <= NEW | {COM}:
        return "an object of another kind"
    return refuse_directory(script, bare)


def refuse_script(script):
    """Why a PowerShell script is refused, or None."""
    script = re.sub("[\u2018-\u201b]", "'", script)  # PowerShell takes these for quotes too
    own = {"functions": set(re.findall(r"^function ([\w-]+)", script, re.M)),
           "keys": {key for table in re.findall(r"@\{([^{}]*)\}", script)
                    for key in re.findall(r"(?:^|;)\s*(\w+) =", table, re.M)}}
    if own["functions"] & (COMMANDS | KEYWORDS):
        return "a function hides a command"
    before = (None, "")
    try:
        for kind, text in tokens(script):
            problem = refuse_token(kind, text, before, own)
            if problem:
                return problem
            before = (kind, text)
    except ValueError as error:
        return str(error)
    return refuse_calls(script)


# --- what the program prints ----------------------------------------------------------------------

INVENTORY = {"version": 1, "clusters": [{
    "name": "conferencing", "profile": "conferencing",
    "nodes": [{"name": "CONF1", "role": "primary", "ssh": "admin@conf1.example.test"},
              {"name": "CONF2", "role": "backup", "openssh": "conf2"},
              {"name": "CONF3", "role": "backup", "files": "CONF3"}],
    "applications": [APP], "classes": [CLASS],
    "locations": ["1/ROOT/conferencing", "1/ROOT/it's \u2019$(x)\" & del *"]}]}


def call(arguments, code=0):
    with tempfile.TemporaryDirectory() as folder:
        inventory = pathlib.Path(folder) / "inventory.json"
        inventory.write_text(json.dumps(INVENTORY))
        done = subprocess.run([STANDBY, "requests", "-i", inventory, *arguments],
                              capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"failed: requests {arguments} gave {done.returncode}: {done.stderr}")
    return done.stdout


def sent(output):
    """[(heading, text)]: what stands behind a tab, with the line above it."""
    blocks, heading = [], ""
    for line in output.split("\n"):
        if not line.startswith("\t"):
            heading, fresh = line or heading, True
        elif fresh:
            blocks.append((heading, line[1:]))
            fresh = False
        else:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + "\n" + line[1:])
    return blocks


def is_script(heading):
    return heading.startswith(("First line of standard input", "It is this text"))


def refuse_jscript(text):
    """Behind the scope, nothing but parts, whole."""
    scope, _, rest = text.partition("\n")
    for part in ("identity_fingerprint", "identity"):
        content = (ROOT / f"collectors/probes/{part}.js").read_text()
        if not rest.startswith(content.rstrip("\n")):
            return f"not {part}.js"
        rest = rest[len(content):]
    literal = r'"(?:[^"\\]|\\u[0-9a-f]{4})*"'
    if rest or not re.fullmatch(rf"var scope = {{ locations: \[(?:{literal}(?:, {literal})*)?\], "
                                rf"checkLogon: false }};", scope):
        return "a script that is no part"
    return None


def refuse(heading, text):
    if heading.startswith("which reads them"):
        return refuse_jscript(text)
    if is_script(heading):
        return refuse_script(text)
    return next(filter(None, map(refuse_command, text.split("\n"))), None)


def demand(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")


def check_complete(blocks):
    """Each part is among what is printed, in its order; nothing is sent that is not a part."""
    everything = "\n".join(text for _, text in blocks)
    for part in sorted((ROOT / "collectors/probes").glob("*.ps1")):
        demand(part.read_text() in everything, f"{part.name} is not printed")
    for part in sorted((ROOT / "collectors/probes").glob("*.cmd")):
        for line in part.read_text().splitlines():
            if line and not line.startswith(("rem ", "asks ", "else", "script ")):
                line = line.replace("{appid}", APP).replace("{clsid}", CLASS)
                line += "&&echo #end" if line.startswith("reg ") else ""
                demand(f"\n{line}\n" in f"\n{everything}\n", f"{part.name}: {line} is not printed")
    texts = dict(blocks)
    bootstrap = next(text for heading, text in blocks if heading.startswith("It is this text"))
    command = next(text for text in texts.values() if text.startswith("powershell.exe"))
    demand(base64.b64decode(command.split()[-1]).decode("utf-16-le") == bootstrap,
           "the command line is not the bootstrap that is shown")
    demand(blocks[0][1] == "echo %ComSpec% $PSHOME", "the node is not asked for its shell first")


BAD_COMMANDS = [
    'reg add "HKEY_LOCAL_MACHINE\\SOFTWARE\\x" /v y&&echo #end',
    'reg delete "HKEY_LOCAL_MACHINE\\SOFTWARE\\x"&&echo #end',
    'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x" /s&&echo #end & del x',
    'reg query "HKEY_LOCAL_MACHINE\\SAM"&&echo #end', 'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x" /s',
    'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x" > y&&echo #end',
    'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x"&&echo #end>y',
    'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x"&&del x', 'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x"||echo #end',
    'reg query "HKEY_LOCAL_MACHINE\\SOFTWARE\\x"&&echo #end&del x',
    'reg export "HKEY_LOCAL_MACHINE\\SOFTWARE\\x" y&&echo #end',
    "reg query \"HKEY_LOCAL_MACHINE\\SOFTWARE\\x\" /s&&echo #end\ndel x", "type x", "chcp 65001", "echo x>y",
    'reg query "HKEY_LOCAL_MACHINE\\SYSTEM\\x" /v a /s&&echo #end', "for %i in (reg.exe) do @del [%~$PATH:i]",
    "for %i in (*) do @echo [%~$PATH:i]", "echo x | more", "echo ^& del x", "del x", "net user x y /add", "cmd /c del x", "",
    "if exist %windir%\\system32\\inetsrv\\MetaBase.xml (del x)", "powershell.exe -Command x",
    "if exist %windir%\\system32\\inetsrv\\MetaBase.xml (ver) else (del x)",
    'echo eval(unescape(WScript.StdIn.ReadLine()))>"%TEMP%\\standby-a.js"'
    '&cscript //nologo //E:JScript //T:300 "%TEMP%\\standby-a.js"&del /f /q "%TEMP%\\standby-b.js"',
]
# (what stands in the script, what it becomes); the first is where a line more would do harm
BAD_SCRIPTS = [
    ("exit 0", line + "\nexit 0") for line in (
        "Remove-Item x", "Set-Content x y", "iex $key", "& 'x.exe'", "&$key", ". $path", "x.exe",
        "$a = $state > x", "$a | Out-File x", "$stream.Write($content, 0, 1)", "$process.Kill()",
        "[IO.File]::WriteAllText('a', 'b')", "[IO.File]::Delete('a')", "Start-Process x", "reg add x",
        "[Diagnostics.Process]::Start('x')", "[IO.FileMode]::Create", "[Net.WebClient]", "cd x",
        "New-Object Net.WebClient", "New-Object -ComObject x", 'Write-Frame "$(del x)"', "del x",
        "Invoke-Program 'net.exe' 'user'", "Invoke-Program 'reg.exe' 'add x'", "$x.\"Delete\"()",
        "Invoke-Program 'reg.exe' $key", "function New-Object($x) { }", "[Console]::SetOut($x)",
        "[Console]::OutputEncoding = [Text.Encoding]::UTF8",
        "Read-Program 'net.exe' 'user'", "New-Item x", "%{ del }", "[ScriptBlock]::Create($key).Invoke()", "Set-ItemProperty x")
] + [
    ("'reg.exe'", "'regedit.exe'"), ('"query `"', '"add `"'), ('"query `"', '"query x & del `"'),
    ("[IO.FileMode]::Open,", "[IO.FileMode]::Create,"), ("[IO.FileMode]::Open,", "$mode,"),
    ("[IO.FileAccess]::Read,", "[IO.FileAccess]::Write,"), ("& $part", "& $probe"),
    ("[Console]::Out", "[Console]::Error"), ("[IO.File]::Exists", "[IO.File]::Delete"),
    (".InvokeGet(", ".InvokeSet("), ("Invoke('Groups')", "Invoke('Delete')"), ("'SELECT ", "'DELETE "),
    ("'LogonUserW'", "'DeleteFileW'"), ("advapi32.dll", "userenv.dll"),
    ("$document.XmlResolver = $null", "$document.XmlResolver = $state"),
    ("[Xml.XmlReader]::Create($stream, $settings)", "$path"), ("$document.Load(", "$document.Save("),
    ("System.IO.FileStream", "System.IO.StreamWriter"), ("$stream.Close()", "$stream.SetLength(0)"),
]


def check_checker(blocks):
    for line in BAD_COMMANDS:
        demand(refuse_command(line), f"the checker lets through: {line!r}")
    for heading, text in blocks:
        if not is_script(heading) and not text.startswith("powershell"):
            for line in text.split("\n"):
                changed = re.sub(r"^(if exist \S+ \()?\w+", r"\1erase", line)
                demand(refuse_command(changed), f"the checker lets through: {changed!r}")
    script = next(text for heading, text in blocks if heading.startswith("First line"))
    for old, new in BAD_SCRIPTS:
        demand(old in script, f"the script has no {old!r}")
        demand(refuse_script(script.replace(old, new)), f"the checker lets through: {new!r}")


def main():
    output = call([])
    blocks = sent(output)
    for heading, text in blocks:
        problem = refuse(heading, text)
        demand(not problem, f"{heading}: {problem}")
    check_complete(sent(call(["conf1"])))
    check_checker(blocks)
    nodes = re.findall(r"^(CONF\d), ", output, re.M)
    demand(nodes == ["CONF1", "CONF2", "CONF3"], f"the nodes printed are {nodes}")
    demand(not sent(call(["CONF3"])), "something is sent to a folder")
    demand("$checkLogon is $true" in output and "checkLogon: true" in output,
           "what --check-logon sends is not said")
    demand("hexadecimal" in output and not re.search(r"\b[0-9a-f]{64}\b", output),
           "the key is not where it should be")
    call(["CONF9"], 64)
    print(f"{len(blocks)} requests only read; {len(BAD_COMMANDS) + len(BAD_SCRIPTS)} changed ones "
          "are refused")


if __name__ == "__main__":
    main()
