# Stands in front of the parts (probes/*.ps1) on every node: PowerShell 2.0 and later.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The run's key, or $null. Never give it to a command, function or method: PowerShell can log what
# those get.
$key = [Console]::In.ReadLine()

# The 64-bit programs and files, also for a 32-bit PowerShell.
$system = $env:SystemRoot + '\System32'
if ([IO.Directory]::Exists($env:SystemRoot + '\Sysnative')) { $system = $env:SystemRoot + '\Sysnative' }

$state = @{ frames = 0 }

# $status: ok, error (the bytes say why), none (the node has no such thing). The length is that of
# the bytes. $asks: what the artefact answers, keys of the registry. $partial: why there may be more,
# or nothing.
function Write-Frame($probe, $status, $bytes, $asks, $partial) {
    $text = "#frame $probe $status " + $bytes.Length + "`n"
    foreach ($asked in $asks) { $text += "#asks $asked`n" }
    if ($partial) { $text += "#partial $partial`n" }
    if ($bytes.Length -gt 0) {
        $lines = [Convert]::ToBase64String($bytes, [Base64FormattingOptions]::InsertLineBreaks)
        $text += $lines.Replace("`r", '') + "`n"
    }
    # As an array: texts that methods get are told the antimalware by PowerShell 7.3 and later.
    [Console]::Out.Write([char[]]$text)
    $state.frames = $state.frames + 1
}

# What parts put out. Bytes and texts; a text is sent as UTF-8.
function New-Artefact($content, $asks = @(), $partial = '') {
    if ($content -is [string]) { $content = [Text.Encoding]::UTF8.GetBytes([char[]]$content) }
    return @{ status = 'ok'; bytes = $content; asks = @($asks); partial = $partial }
}

function New-Failure($why, $asks = @()) {
    return @{ status = 'error'; bytes = [Text.Encoding]::UTF8.GetBytes($why); asks = @($asks); partial = '' }
}

# Says what kind of error it was, and the text of our own ones: messages of others may quote values.
function Get-Reason($caught) {
    if ($caught.FullyQualifiedErrorId -eq $caught.Exception.Message) { return $caught.Exception.Message }
    $inner = $caught.Exception
    while ($inner.InnerException) { $inner = $inner.InnerException }
    return $inner.GetType().FullName + ' (' + $caught.FullyQualifiedErrorId + ')'
}

# The error of Windows in one that was caught, for a reason, or nothing.
function Get-ErrorNumber($caught) {
    $inner = $caught.Exception
    while ($inner.InnerException) { $inner = $inner.InnerException }
    if ($inner -isnot [ComponentModel.Win32Exception]) { return '' }
    return ': error ' + $inner.NativeErrorCode
}

function Invoke-Part($probe, $part) {
    try {
        $artefacts = @(& $part)
        if ($artefacts.Length -eq 0) { Write-Frame $probe 'none' ([byte[]]@()) @() '' }
        foreach ($artefact in $artefacts) {
            Write-Frame $probe $artefact.status $artefact.bytes $artefact.asks $artefact.partial
        }
    } catch {
        Write-Frame $probe 'error' ([Text.Encoding]::UTF8.GetBytes((Get-Reason $_))) @() ''
    }
}

# What a program writes to standard output and to standard error, both at once: it waits where nobody
# reads. Until all is there, a byte is a character.
function Read-Streams($process) {
    $readers = @($process.StandardOutput, $process.StandardError)
    $buffers = @((New-Object 'byte[]' 65536), (New-Object 'byte[]' 65536))
    $bytes = [Text.Encoding]::GetEncoding(28591)
    $kept = @('', '')
    $pending = @{}
    foreach ($i in 0, 1) { $pending[$i] = $readers[$i].BaseStream.BeginRead($buffers[$i], 0, 65536, $null, $null) }
    while ($pending.Count -gt 0) {
        $open = @($pending.Keys)
        $handles = @()
        foreach ($i in $open) { $handles += $pending[$i].AsyncWaitHandle }
        $first = [Threading.WaitHandle]::WaitAny([Threading.WaitHandle[]]$handles)
        $i = $open[$first]
        $count = $readers[$i].BaseStream.EndRead($pending[$i])
        $pending.Remove($i)
        if ($count -eq 0) { continue }
        $kept[$i] += $bytes.GetString($buffers[$i], 0, $count)
        $pending[$i] = $readers[$i].BaseStream.BeginRead($buffers[$i], 0, 65536, $null, $null)
    }
    foreach ($i in 0, 1) { $readers[$i].CurrentEncoding.GetString($bytes.GetBytes([char[]]$kept[$i])) }
}

# A program of the system without input; where its folder has none of that name, the one in the path.
# Not called by "&": where errors stop the script, Windows PowerShell takes anything that a program
# writes to standard error for one.
function Read-Program($name, $arguments) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $system + '\' + $name
    if (-not [IO.File]::Exists($start.FileName)) { $start.FileName = $name }
    $start.Arguments = $arguments
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    try {
        $process = [Diagnostics.Process]::Start($start)
    } catch {
        throw ("$name could not be started" + (Get-ErrorNumber $_))
    }
    $process.StandardInput.Close()
    $texts = @(Read-Streams $process)
    $process.WaitForExit()
    # What it complains of: short, and in ASCII.
    $said = $texts[1].Trim() -replace '\s+', ' ' -replace '[^ -~]', '?'
    if ($said.Length -gt 200) { $said = $said.Substring(0, 200) }
    return @{ text = $texts[0]; said = $said; code = $process.ExitCode }
}

# Programs print in the code page of their console, which may lack characters, and meanwhile is UTF-8;
# those that use another one all the same are asked again. Without a console nothing can be changed.
function Invoke-Program($name, $arguments) {
    $page = $null
    try {
        $before = [Console]::OutputEncoding
        [Console]::OutputEncoding = [Text.Encoding]::UTF8
        $page = $before
    } catch { }
    try {
        $reply = Read-Program $name $arguments
    } finally {
        if ($null -ne $page) { [Console]::OutputEncoding = $page }
    }
    if ($null -ne $page -and $reply.text.IndexOf([char]0xfffd) -ge 0) { $reply = Read-Program $name $arguments }
    return $reply
}

# An answer of reg.exe, or why there is none. It goes on behind a key that it may not open, and says so
# on standard error only.
function Get-Answer($command, $reply, $asks) {
    $how = ''
    if ($reply.code -ne 0) {
        $how = ' ended with code ' + $reply.code
    } elseif ($reply.text -eq '') {
        $how = ' printed nothing'
    }
    if ($how -ne '' -and $reply.said -ne '') { $how += ' and said "' + $reply.said + '"' }
    if ($how -ne '') { return New-Failure ($command + $how) $asks }
    $partial = ''
    if ($reply.said -ne '') {
        $partial = $command + ' answered, but also wrote to standard error, so that there may be more than it printed: "' +
            $reply.said + '"'
        $partial = $partial -replace '[^ -~]', '?'
    }
    return New-Artefact $reply.text $asks $partial
}

# A registry key and all below it; where that fails, the names of the keys beside it: they may show
# that there is no such key, and where they show that there is, why it is not known.
function Read-Key($path) {
    $command = "reg query `"$path`" /s"
    $answer = Get-Answer $command (Invoke-Program 'reg.exe' "query `"$path`" /s") @($path)
    if ($answer.status -eq 'ok') { return $answer }
    $above = $path.Substring(0, $path.LastIndexOf('\'))
    $names = Get-Answer "reg query `"$above`"" (Invoke-Program 'reg.exe' "query `"$above`"") @("$above\*", $path)
    if ($names.status -ne 'ok') { return $answer }
    $why = [Text.Encoding]::UTF8.GetString($answer.bytes) -replace '[^ -~]', '?'
    foreach ($line in ([Text.Encoding]::UTF8.GetString($names.bytes) -split '\r?\n')) {
        if ($line -eq $path) { $names['partial'] = $why }
    }
    return $names
}

# The values of one registry key and the names of the keys directly below it.
function Read-Values($path) {
    return Get-Answer "reg query `"$path`"" (Invoke-Program 'reg.exe' "query `"$path`"") @("$path\*")
}
