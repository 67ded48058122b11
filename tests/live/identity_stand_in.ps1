# SPDX-License-Identifier: Apache-2.0
# A stand-in for what ADSI and the administration of IIS give a script, for PowerShell 7. It says
# nothing of the real ones: only that the script copes with what is written here. It stands in front
# of the script; in front of it $world is set: see powershell_node.py.

class StandInEntry {
    [string]$Name = ''
    [string]$SchemaClassName = ''
    [object[]]$Children = @()
    hidden [hashtable]$values = @{}
    [void] RefreshCache() { }
    [object] InvokeGet([string]$property) {
        if ($this.values.ContainsKey($property)) { return $this.values[$property] }
        throw [Runtime.InteropServices.COMException]::new('stand-in', -2147463155)
    }
    [object] Invoke([string]$method) { return $this.values[$method] }
    [object] Invoke([string]$method, [string]$property, [int]$kind) { return $this.values["$method $property"] }
}

class StandInValue {
    [object]$Value
}

class StandInCollection {
    hidden [object[]]$items = @()
    [int]$Count = 0
    [object] Item([object]$index) { return $this.items[$index] }
}

class StandInElement {
    [StandInCollection]$Collection
    hidden [hashtable]$values = @{}
    hidden [hashtable]$elements = @{}
    [object] GetPropertyByName([string]$name) {
        if (-not $this.values.ContainsKey($name)) { throw [Runtime.InteropServices.COMException]::new('stand-in') }
        return [StandInValue]@{ Value = $this.values[$name] }
    }
    [object] GetElementByName([string]$name) { return $this.elements[$name] }
}

class StandInManager {
    hidden [hashtable]$sections = @{}
    [object] GetAdminSection([string]$section, [string]$path) {
        if (-not $this.sections.ContainsKey("$section $path")) { throw [Runtime.InteropServices.COMException]::new('stand-in') }
        return $this.sections["$section $path"]
    }
}

function New-StandInEntry($name, $class, $values) {
    $entry = [StandInEntry]@{ Name = $name; SchemaClassName = $class }
    foreach ($value in $values.GetEnumerator()) { $entry.values[$value.Key] = $value.Value }
    return $entry
}

function New-StandInElement($values, $children = @(), $elements = @{}) {
    $element = [StandInElement]@{ values = $values; elements = $elements }
    $element.Collection = [StandInCollection]@{ items = $children; Count = $children.Length }
    return $element
}

function New-StandInUser($name, $relative) {
    $bytes = [byte[]](1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0) + [BitConverter]::GetBytes([int]$relative)
    $guests = [byte[]](1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 34, 2, 0, 0)
    return New-StandInEntry $name 'User' @{
        objectSid = [byte[]]$bytes; AccountDisabled = $false; IsAccountLocked = $false; UserFlags = 0x10201
        PasswordAge = 86400; PasswordExpired = 0; MaxPasswordAge = 3628800
        MaxBadPasswordsAllowed = $world.lockout; BadPasswordAttempts = 0
        Groups = @(, (New-StandInEntry 'Guests' 'Group' @{ objectSid = $guests }))
    }
}

# Passwords are lists of UTF-16 units: no text of JSON can hold half a pair.
function Get-StandInText($units) {
    return [string]::new([char[]]@($units))
}

$users = @((New-StandInUser 'Administrator' 500), (New-StandInUser $world.user 1003), (New-StandInEntry 'W3SVC' 'Service' @{}))
$standInEntries = @{ "WinNT://$($world.name),computer" = [StandInEntry]@{ Children = $users } }
foreach ($user in $users) { $standInEntries["WinNT://$($world.name)/$($user.Name),user"] = $user }

$pools = @()
$elements = @()
foreach ($pool in $world.pools) {
    $password = Get-StandInText $pool.password
    $pools += New-StandInEntry $pool.name 'IIsApplicationPool' @{ AppPoolIdentityType = 3; WAMUserName = $pool.user; WAMUserPass = $password }
    $model = New-StandInElement @{ identityType = 3; userName = $pool.user; password = $password }
    $elements += New-StandInElement @{ name = $pool.name } @() @{ processModel = $model }
}
$password = Get-StandInText $world.password
$account = @{ AnonymousUserName = $world.user; AnonymousUserPass = $password; WAMUserName = 'IWAM'; WAMUserPass = $password }
$account['AuthFlags'] = 5
$account['IIs5IsolationModeEnabled'] = $false
$account['GetDataPaths AnonymousUserPass'] = @('/LM/W3SVC')
$account['GetDataPaths WAMUserPass'] = @('/LM/W3SVC', '/LM/W3SVC/AppPools/empty')
$standInEntries['IIS://localhost/W3SVC'] = New-StandInEntry 'W3SVC' 'IIsWebService' $account
$standInEntries['IIS://localhost/W3SVC/1/root/conferencing'] = New-StandInEntry 'conferencing' 'IIsWebVirtualDir' $account
$standInEntries['IIS://localhost/W3SVC/AppPools'] = [StandInEntry]@{ Children = $pools }

$section = 'system.webServer/security/authentication/anonymousAuthentication'
$top = 'MACHINE/WEBROOT/APPHOST'
$anonymous = New-StandInElement @{ userName = $world.user; password = $password; enabled = $true; logonMethod = 3 }
$directories = @((New-StandInElement @{ path = '/' }), (New-StandInElement @{ path = '/Conferencing/' }))
$application = New-StandInElement @{ path = '/' } $directories
$site = New-StandInElement @{ id = 1; name = 'Default Web Site' } @(, $application)
$standInManager = [StandInManager]@{ sections = @{
        "$section $top" = $anonymous
        "$section $top/Default Web Site/Conferencing" = $anonymous
        "system.applicationHost/sites $top" = New-StandInElement @{} @(, $site)
        "system.applicationHost/applicationPools $top" = New-StandInElement @{} $elements
    }
}

function New-Object($TypeName, $ArgumentList = @(), $ComObject) {
    if ($ComObject) { return $standInManager }
    if ($TypeName -ne 'System.DirectoryServices.DirectoryEntry') {
        return Microsoft.PowerShell.Utility\New-Object -TypeName $TypeName -ArgumentList $ArgumentList
    }
    if ($ArgumentList -is [StandInEntry]) { return $ArgumentList }
    if ($standInEntries.ContainsKey($ArgumentList)) { return $standInEntries[$ArgumentList] }
    throw [Runtime.InteropServices.COMException]::new('stand-in', -2147022675)
}

