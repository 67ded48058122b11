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
# the bytes. $asks: what the artefact answers, keys of the registry.
function Write-Frame($probe, $status, $bytes, $asks) {
    $text = "#frame $probe $status " + $bytes.Length + "`n"
    foreach ($asked in $asks) { $text += "#asks $asked`n" }
    if ($bytes.Length -gt 0) {
        $lines = [Convert]::ToBase64String($bytes, [Base64FormattingOptions]::InsertLineBreaks)
        $text += $lines.Replace("`r", '') + "`n"
    }
    # As an array: texts that methods get are told the antimalware by PowerShell 7.3 and later.
    [Console]::Out.Write([char[]]$text)
    $state.frames = $state.frames + 1
}

# What parts put out. Bytes and texts; a text is sent as UTF-8.
function New-Artefact($content, $asks = @()) {
    if ($content -is [string]) { $content = [Text.Encoding]::UTF8.GetBytes([char[]]$content) }
    return @{ status = 'ok'; bytes = $content; asks = @($asks) }
}

function New-Failure($why) {
    return @{ status = 'error'; bytes = [Text.Encoding]::UTF8.GetBytes($why); asks = @() }
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
        if ($artefacts.Length -eq 0) { Write-Frame $probe 'none' ([byte[]]@()) @() }
        foreach ($artefact in $artefacts) {
            Write-Frame $probe $artefact.status $artefact.bytes $artefact.asks
        }
    } catch {
        Write-Frame $probe 'error' ([Text.Encoding]::UTF8.GetBytes((Get-Reason $_))) @()
    }
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
    try {
        $process = [Diagnostics.Process]::Start($start)
    } catch {
        throw ("$name could not be started" + (Get-ErrorNumber $_))
    }
    $process.StandardInput.Close()
    $text = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    return @{ text = $text; code = $process.ExitCode }
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

# A registry key and all below it; where that fails, the names of the keys beside it: they may show
# that there is no such key.
function Read-Key($path) {
    $reply = Invoke-Program 'reg.exe' "query `"$path`" /s"
    if ($reply.code -eq 0) {
        if ($reply.text -eq '') { return New-Failure "reg query `"$path`" /s printed nothing" }
        return New-Artefact $reply.text @($path)
    }
    $above = $path.Substring(0, $path.LastIndexOf('\'))
    $names = Invoke-Program 'reg.exe' "query `"$above`""
    if ($names.code -ne 0 -or $names.text -eq '') {
        return New-Failure ("reg query `"$path`" /s ended with code " + $reply.code)
    }
    return New-Artefact $names.text @("$above\*", $path)
}

# The values of one registry key and the names of the keys directly below it.
function Read-Values($path) {
    $reply = Invoke-Program 'reg.exe' "query `"$path`""
    if ($reply.code -ne 0) {
        return New-Failure ("reg query `"$path`" ended with code " + $reply.code)
    }
    if ($reply.text -eq '') { return New-Failure "reg query `"$path`" printed nothing" }
    return New-Artefact $reply.text @("$path\*")
}
