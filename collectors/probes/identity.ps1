# identity.json of this node, in ASCII. Whatever cannot be read is left out. Passwords and the key
# stand in variables only. No command and no function gets one, because PowerShell can log what those
# get; and no method gets a text or a number made of one, not even a length, because PowerShell 7.3
# and later tell the antimalware interface of Windows (AMSI) what those get. Operators, conversions
# and elements of arrays are told nobody, of an array that a method gets only its type.
$userNotFound = -2147022675   # 0x800708AD
$notInMetabase = -2146646015  # 0x800CC801
$propertyNotSet = -2147463155 # 0x8000500D
$methods = @('interactive', 'batch', 'network', 'cleartext')
$now = [DateTime]::UtcNow

# --- texts ---

function Get-Quoted($text) {
    if ($text -cnotmatch '[^ !#-\[\]-~]') { return '"' + $text + '"' }
    $out = ''
    foreach ($unit in [char[]]$text) {
        $code = [int]$unit
        if ($code -eq 34 -or $code -eq 92) {
            $out += '\' + $unit
        } elseif ($code -lt 32 -or $code -gt 126) {
            $out += '\u' + $code.ToString('x4')
        } else {
            $out += $unit
        }
    }
    return '"' + $out + '"'
}

function Get-Json($value, $indent) {
    if ($null -eq $value) { return 'null' }
    if ($value -is [bool]) { return $value.ToString().ToLowerInvariant() }
    if ($value -is [int]) { return $value.ToString() }
    if ($value -is [string]) { return Get-Quoted $value }
    $inside = $indent + '  '
    $lines = @()
    if ($value -is [Collections.IDictionary]) {
        $ends = @('{', '}')
        $names = [string[]]@($value.Keys)
        [Array]::Sort($names, [StringComparer]::Ordinal)
        foreach ($name in $names) {
            $lines += $inside + (Get-Quoted $name) + ': ' + (Get-Json $value[$name] $inside)
        }
    } else {
        $ends = @('[', ']')
        foreach ($item in $value) { $lines += $inside + (Get-Json $item $inside) }
    }
    if ($lines.Length -eq 0) { return $ends[0] + $ends[1] }
    return $ends[0] + "`n" + [string]::Join(",`n", [string[]]$lines) + "`n" + $indent + $ends[1]
}

function Get-Time($date) {
    return $date.ToString("yyyy'-'MM'-'dd'T'HH':'mm':'ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

# A name as a part of a place: in lower case, what would end the part as %XX.
function Get-Segment($name) {
    $out = ''
    foreach ($unit in [char[]]$name.ToLowerInvariant()) {
        $code = [int]$unit
        if ($code -lt 32 -or $code -eq 127 -or @(37, 47, 123, 125) -contains $code) {
            $out += '%' + $code.ToString('X2')
        } else {
            $out += $unit
        }
    }
    return $out
}

function Get-Code($caught) {
    $inner = $caught.Exception
    while ($inner.InnerException) { $inner = $inner.InnerException }
    return [Runtime.InteropServices.Marshal]::GetHRForException($inner)
}

# A value of the registry, as the tool of the system shows it: the same view as every other part.
function Get-Setting($path, $name) {
    try {
        $reply = Invoke-Program 'reg.exe' "query `"HKEY_LOCAL_MACHINE\$path`" /v $name"
    } catch {
        return $null
    }
    if ($reply.code -ne 0 -or $reply.text -notmatch '(?m)\sREG_(SZ|DWORD)\s+(\S.*?)\s*$') { return $null }
    if ($matches[1] -eq 'DWORD') { return [Convert]::ToUInt32($matches[2], 16).ToString() }
    return $matches[2]
}

# --- accounts ---

function Get-Entry($path) {
    $entry = New-Object System.DirectoryServices.DirectoryEntry($path)
    $entry.psbase.RefreshCache()
    return $entry
}

function Get-Sid($entry) {
    $bytes = [byte[]]$entry.psbase.InvokeGet('objectSid')
    return (New-Object System.Security.Principal.SecurityIdentifier($bytes, 0)).Value
}

function Get-Groups($user) {
    $sids = @()
    foreach ($native in $user.psbase.Invoke('Groups')) {
        $sids += Get-Sid (New-Object System.DirectoryServices.DirectoryEntry($native))
    }
    $sids = [string[]]$sids
    [Array]::Sort($sids, [StringComparer]::Ordinal)
    return , $sids
}

# To the minute: the age is all that Windows tells, and it moves while it is asked for.
function Add-PasswordTimes($account, $user) {
    $age = [int64]$user.psbase.InvokeGet('PasswordAge')
    $over = [int]$user.psbase.InvokeGet('PasswordExpired') -eq 1
    $longest = [int64]$user.psbase.InvokeGet('MaxPasswordAge')
    $set = $now.AddSeconds(30 - $age)
    $set = $set.AddTicks(-($set.Ticks % 600000000))
    if (-not $over -or $age -gt 0) { $account['password-set'] = Get-Time $set }
    if ($over) {
        $account['password-expires'] = Get-Time $now
    } elseif (([int]$user.psbase.InvokeGet('UserFlags') -band 0x10000) -ne 0 -or
        $longest -eq -1 -or $longest -eq 4294967295) {
        $account['password-expires'] = $null
    } else {
        $account['password-expires'] = Get-Time $set.AddSeconds($longest)
    }
}

function Get-Account($user, $own) {
    $account = @{ exists = $true }
    try { $account['sid'] = Get-Sid $user } catch { }
    try { $account['enabled'] = -not [bool]$user.psbase.InvokeGet('AccountDisabled') } catch { }
    try { $account['locked'] = [bool]$user.psbase.InvokeGet('IsAccountLocked') } catch { }
    try {
        $date = [DateTime]$user.psbase.InvokeGet('AccountExpirationDate')
        $account['expires'] = $null
        if ($date.Year -gt 1970) { $account['expires'] = Get-Time $date.ToUniversalTime() }
    } catch {
        if ((Get-Code $_) -eq $propertyNotSet) { $account['expires'] = $null }
    }
    try { Add-PasswordTimes $account $user } catch { }
    # Of other accounts only the groups of their domain could be seen.
    if ($own) { try { $account['groups'] = Get-Groups $user } catch { } }
    return $account
}

# Domain, name and key of an account as it is configured, or nothing where it is none to look up.
function Get-Wanted($user) {
    $at = $user.IndexOf('\')
    $domain = '.'
    if ($at -ge 0) { $domain = $user.Substring(0, $at) }
    $name = $user.Substring($at + 1)
    if ($name -eq '' -or $user.IndexOf('@') -ge 0 -or $user.IndexOf('/') -ge 0) { return $null }
    if ($at -lt 0 -and $node.iis -ge 7 -and $name -eq 'IUSR') { return $null }
    if ($domain -eq 'NT AUTHORITY' -or $domain -eq 'BUILTIN') { return $null }
    $own = $domain -eq '.' -or $domain -eq $node.name
    # The accounts of a domain controller are the domain's, whose name is not at hand.
    if ($own -and $node.controller) { return $null }
    if ($own) { return @{ domain = $node.name; name = $name; own = $true; key = '.\' + $name } }
    return @{ domain = $domain; name = $name; own = $false; key = $domain + '\' + $name }
}

function Add-Account($user) {
    $wanted = Get-Wanted $user
    if ($null -eq $wanted -or $accounts.ContainsKey($wanted.key)) { return }
    try {
        $entry = Get-Entry ('WinNT://' + $wanted.domain + '/' + $wanted.name + ',user')
        $accounts[$wanted.key] = Get-Account $entry $wanted.own
    } catch {
        if ((Get-Code $_) -eq $userNotFound) { $accounts[$wanted.key] = @{ exists = $false } }
    }
}

# --- the node ---

$windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$setup = 'SOFTWARE\Microsoft\InetStp'
$node = @{ name = [Environment]::MachineName.Split('.')[0].ToUpperInvariant(); iis = 0; controller = $true }
$computer = @{ name = $node.name }
$credentials = @{}
$accounts = @{}
$document = @{
    version = 1
    node = $node.name
    collected = Get-Time $now
    computer = $computer
    accounts = $accounts
    credentials = $credentials
}

$numbers = (Get-Setting $windows 'CurrentMajorVersionNumber'), (Get-Setting $windows 'CurrentMinorVersionNumber')
if ($null -ne $numbers[0] -and $null -ne $numbers[1]) {
    $numbers = $numbers[0] + '.' + $numbers[1]
} else {
    $numbers = Get-Setting $windows 'CurrentVersion'
}
$build = Get-Setting $windows 'CurrentBuildNumber'
if ($null -ne $numbers -and $null -ne $build) { $computer['os'] = $numbers + '.' + $build }
$major = Get-Setting $setup 'MajorVersion'
$minor = Get-Setting $setup 'MinorVersion'
if ($null -ne $major -and $null -ne $minor) {
    $node.iis = [int]$major
    $computer['iis'] = $major + '.' + $minor
}
$product = Get-Setting 'SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType'
$node.controller = $product -ne 'ServerNT' -and $product -ne 'WinNT'
try {
    foreach ($found in ([wmisearcher]'SELECT Domain, DomainRole FROM Win32_ComputerSystem').Get()) {
        # 0 and 2 stand alone, 1 and 3 are members, 4 and 5 domain controllers.
        if ($found['DomainRole'] -eq 0 -or $found['DomainRole'] -eq 2) {
            $computer['domain'] = $null
        } elseif ($found['Domain']) {
            $computer['domain'] = [string]$found['Domain']
        }
    }
} catch { }

try {
    if (-not $node.controller) {
        foreach ($child in (Get-Entry ('WinNT://' + $node.name + ',computer')).psbase.Children) {
            if ($child.psbase.SchemaClassName -ne 'User') { continue }
            if ($accounts.Count -ge 5000) { throw 'there are too many accounts' }
            $accounts['.\' + $child.psbase.Name] = Get-Account $child $true
        }
        if ($accounts.Count -gt 0) { $document['accounts-complete'] = $true }
    }
} catch { }
foreach ($account in $accounts.Values) {
    if ([string]$account['sid'] -match '^(S-1-5-21-\d+-\d+-\d+)-\d+$') { $computer['sid'] = $matches[1] }
}

# --- credentials: places whose password is still to be read stand in $open ---

$open = @()

# IIS 5 and 6
function Get-Web($location) {
    if ($location -eq '/') { return Get-Entry 'IIS://localhost/W3SVC' }
    return Get-Entry ('IIS://localhost/W3SVC/' + $location)
}

# Whether the metabase itself has the property here or above.
function Test-Set($property, $location) {
    try {
        $paths = @((Get-Web '/').psbase.Invoke('GetDataPaths', $property, 0))
    } catch {
        if ((Get-Code $_) -eq $notInMetabase) { return $false }
        return $null
    }
    foreach ($path in $paths) {
        $path = ([string]$path).ToLowerInvariant()
        $place = $path.Substring($path.IndexOf('/w3svc') + 6).Trim('/')
        if ($place -eq '' -or ($location + '/').StartsWith($place + '/')) { return $true }
    }
    return $false
}

function Get-User($entry, $property) {
    try {
        $user = [string]$entry.psbase.InvokeGet($property)
        if ($user -ne '') { return @{ user = $user } }
    } catch { }
    return @{}
}

if ($node.iis -ge 4 -and $node.iis -lt 7) {
    foreach ($location in $locations) {
        try {
            $entry = Get-Web $location
            $credential = Get-User $entry 'AnonymousUserName'
            $credentials['iis/location/' + (Get-Segment $location) + '/anonymous'] = $credential
            $open += @{ credential = $credential; entry = $entry; property = 'AnonymousUserPass'; location = $location }
            # IIS 6 writes these into MetaBase.xml, where what is set and what is not can be told apart.
            if ($node.iis -ge 6) { continue }
            try { $credential['enabled'] = ([int]$entry.psbase.InvokeGet('AuthFlags') -band 1) -ne 0 } catch { }
            try { $credential['sync'] = [bool]$entry.psbase.InvokeGet('AnonymousPasswordSync') } catch { }
            try { $credential['logon-method'] = $methods[[int]$entry.psbase.InvokeGet('LogonMethod')] } catch { }
        } catch { }
    }
    try {
        $entry = Get-Web '/'
        $credential = Get-User $entry 'WAMUserName'
        $credentials['iis/wam'] = $credential
        $open += @{ credential = $credential; entry = $entry; property = 'WAMUserPass'; location = '/' }
        if ($node.iis -eq 6) {
            $mode = 'worker-process'
            if ([bool]$entry.psbase.InvokeGet('IIs5IsolationModeEnabled')) { $mode = 'iis5' }
            $computer['isolation-mode'] = $mode
        }
    } catch { }
    try {
        foreach ($pool in (Get-Web 'AppPools').psbase.Children) {
            if ([int]$pool.psbase.InvokeGet('AppPoolIdentityType') -ne 3) { continue }
            $credential = Get-User $pool 'WAMUserName'
            $name = $pool.psbase.Name.ToLowerInvariant()
            $credentials['iis/pool/' + (Get-Segment $name)] = $credential
            $open += @{ credential = $credential; entry = $pool; property = 'WAMUserPass'; location = 'apppools/' + $name }
        }
    } catch { }
}

# IIS 7 and later: its administration gives elements, its file those of XML.
$top = 'MACHINE/WEBROOT/APPHOST'

function Get-Value($element, $name) {
    if ($element -is [Xml.XmlElement]) { return $element.GetAttribute($name) }
    return $element.GetPropertyByName($name).Value
}

function Get-Elements($element, $name) {
    if ($element -is [Xml.XmlElement]) { return $element.SelectNodes($name) }
    $collection = $element.Collection
    for ($i = 0; $i -lt $collection.Count; $i++) { $collection.Item($i) }
}

# The path below the top of a location of the form 1/root/name, or nothing: there is none.
function Get-ConfigurationPath($sites, $location) {
    if ($location -eq '/') { return '' }
    $parts = $location.Split('/')
    $wanted = ''
    for ($i = 2; $i -lt $parts.Length; $i++) { $wanted += '/' + $parts[$i] }
    foreach ($site in Get-Elements $sites 'site') {
        if ([string](Get-Value $site 'id') -ne $parts[0]) { continue }
        foreach ($application in Get-Elements $site 'application') {
            $above = (Get-Value $application 'path').TrimEnd('/')
            foreach ($directory in Get-Elements $application 'virtualDirectory') {
                $path = $above + (Get-Value $directory 'path').TrimEnd('/')
                if ($path -eq $wanted) { return '/' + (Get-Value $site 'name') + $path }
            }
        }
    }
    return $null
}

# The file of IIS 7 and later, for where its administration does not answer. Whatever another file
# or another setting may have a say in is left out.

# A file of XML, without a DTD and without what it refers to.
function Get-Document($path) {
    $sharing = [IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete
    $stream = New-Object System.IO.FileStream($path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $sharing)
    try {
        $settings = New-Object System.Xml.XmlReaderSettings
        $settings.XmlResolver = $null
        $settings.MaxCharactersInDocument = 0x1000000
        $document = New-Object System.Xml.XmlDocument
        $document.XmlResolver = $null
        $document.Load([Xml.XmlReader]::Create($stream, $settings))
        return $document
    } finally {
        $stream.Close()
    }
}

function Get-HostConfiguration {
    $folder = $system + '\inetsrv\config\'
    if ([IO.File]::Exists($folder + 'redirection.config')) {
        $redirection = Get-Document ($folder + 'redirection.config')
        if ($redirection.SelectNodes('//configurationRedirection[@enabled!="false"]').Count -gt 0) { return $null }
    }
    $document = Get-Document ($folder + 'applicationHost.config')
    $elsewhere = '//@configSource|//@childSource|//@configProtectionProvider|//*[local-name()="EncryptedData"]' +
        '|//location/system.applicationHost|//system.applicationHost//clear|//system.applicationHost//remove'
    if ($document.SelectNodes($elsewhere).Count -gt 0) { return $null }
    return $document.DocumentElement
}

# The one element there, or an error.
function Get-Only($element, $path) {
    $found = $element.SelectNodes($path)
    if ($found.Count -ne 1) { throw 'not one element' }
    return $found.Item(0)
}

# A section as it stands at one place, '' for the top.
function Get-Sections($place, $section) {
    if ($place -eq '') { Get-Elements $configuration $section }
    foreach ($location in Get-Elements $configuration 'location') {
        $path = $location.GetAttribute('path').Trim('/')
        if ($path -eq '.') { $path = '' }
        if ($path -ne $place) { continue }
        foreach ($found in Get-Elements $location $section) {
            # Otherwise web.config may say more, or applications below do not inherit.
            if (@('', 'Inherit', 'Deny') -notcontains $location.GetAttribute('overrideMode') -or
                @('', 'false') -notcontains $location.GetAttribute('allowOverride') -or
                @('', 'true') -notcontains $location.GetAttribute('inheritInChildApplications')) {
                throw 'another file may have a say'
            }
            $found
        }
    }
}

# Which element says each attribute of anonymousAuthentication at a path below the top.
function Get-Anonymous($path) {
    $declared = Get-Only $configuration ('configSections/sectionGroup[@name="system.webServer"]' +
        '/sectionGroup[@name="security"]/sectionGroup[@name="authentication"]/section[@name="anonymousAuthentication"]')
    if ($declared.GetAttribute('overrideModeDefault') -ne 'Deny') { throw 'another file may have a say' }
    $said = @{}
    $place = ''
    foreach ($part in $path.Split('/')) {
        $place = ($place + '/' + $part).Trim('/')
        $found = @(Get-Sections $place 'system.webServer/security/authentication/anonymousAuthentication')
        if ($found.Length -gt 1) { throw 'said twice' }
        foreach ($element in $found) {
            if ($element.SelectNodes('*').Count -gt 0) { throw 'there is more than is known' }
            foreach ($attribute in $element.SelectNodes('@*')) {
                $name = $attribute.psbase.Name
                if (@('enabled', 'userName', 'password', 'logonMethod') -ccontains $name) {
                    $said[$name] = $element
                } elseif ($name -cnotlike 'lock*') {
                    throw 'there is more than is known'
                }
            }
        }
    }
    return $said
}

$manager = $null
$configuration = $null
if ($node.iis -ge 7) {
    try { $manager = New-Object -ComObject 'Microsoft.ApplicationHost.AdminManager' } catch { }
    try { if ($null -eq $manager) { $configuration = Get-HostConfiguration } } catch { }
}
if ($null -ne $manager) {
    try {
        $sites = $manager.GetAdminSection('system.applicationHost/sites', $top)
        foreach ($location in $locations) {
            try {
                $path = Get-ConfigurationPath $sites $location
                if ($null -eq $path) { continue }
                $section = $manager.GetAdminSection('system.webServer/security/authentication/anonymousAuthentication', $top + $path)
                $credential = @{ user = [string](Get-Value $section 'userName') }
                $credentials['iis/location/' + (Get-Segment $location) + '/anonymous'] = $credential
                $open += @{ credential = $credential; entry = $section; property = $null; location = $location }
                try { $credential['enabled'] = [bool](Get-Value $section 'enabled') } catch { }
                try { $credential['logon-method'] = $methods[[int](Get-Value $section 'logonMethod')] } catch { }
            } catch { }
        }
        $pools = $manager.GetAdminSection('system.applicationHost/applicationPools', $top)
        foreach ($pool in Get-Elements $pools 'add') {
            try {
                $model = $pool.GetElementByName('processModel')
                if ([int](Get-Value $model 'identityType') -ne 3) { continue }
                $credential = @{ user = [string](Get-Value $model 'userName') }
                $credentials['iis/pool/' + (Get-Segment (Get-Value $pool 'name'))] = $credential
                $open += @{ credential = $credential; entry = $model; property = $null; location = '' }
            } catch { }
        }
    } catch { }
}

if ($null -ne $configuration) {
    foreach ($location in $locations) {
        try {
            $sites = Get-Only $configuration 'system.applicationHost/sites'
            $path = Get-ConfigurationPath $sites $location
            if ($null -eq $path) { continue }
            $said = Get-Anonymous $path
            # What nobody says is what the schema of IIS says: IUSR, without a password.
            $credential = @{ user = 'IUSR'; enabled = $true; 'logon-method' = 'cleartext' }
            if ($said.ContainsKey('userName')) { $credential['user'] = $said['userName'].GetAttribute('userName') }
            if ($said.ContainsKey('enabled')) { $credential['enabled'] = [Xml.XmlConvert]::ToBoolean($said['enabled'].GetAttribute('enabled').ToLowerInvariant()) }
            if ($said.ContainsKey('logonMethod')) {
                $credential['logon-method'] = $said['logonMethod'].GetAttribute('logonMethod').ToLowerInvariant()
                if ($methods -notcontains $credential['logon-method']) { continue }
            }
            $entry = $configuration
            if ($said.ContainsKey('password')) { $entry = $said['password'] }
            $credentials['iis/location/' + (Get-Segment $location) + '/anonymous'] = $credential
            $open += @{ credential = $credential; entry = $entry; property = $null; location = $location }
        } catch { }
    }
    try {
        $pools = Get-Only $configuration 'system.applicationHost/applicationPools'
        foreach ($pool in Get-Elements $pools 'add') {
            # The pool's own word, or else that of the defaults.
            $said = @{ identityType = $configuration; userName = $configuration; password = $configuration }
            foreach ($model in @($pools.SelectNodes('applicationPoolDefaults/processModel')) + @($pool.SelectNodes('processModel'))) {
                foreach ($name in 'identityType', 'userName', 'password') {
                    if ($model.HasAttribute($name)) { $said[$name] = $model }
                }
            }
            if ($said['identityType'].GetAttribute('identityType') -ne 'SpecificUser') { continue }
            $credential = @{ user = $said['userName'].GetAttribute('userName') }
            $credentials['iis/pool/' + (Get-Segment $pool.GetAttribute('name'))] = $credential
            $open += @{ credential = $credential; entry = $said['password']; property = $null; location = '' }
        }
    } catch { }
}

foreach ($credential in $credentials.Values) {
    if ([string]$credential['user'] -ne '') { Add-Account $credential['user'] }
}

# --- the guarded logon check, where it is asked for ---

$logons = @{}
$check = $false
try { $check = [bool]$checkLogon } catch { }

# Why an account must not be tried, or nothing. Only its own computer knows all that counts.
function Get-Obstacle($wanted) {
    if (-not $wanted.own) { return 'the lockout policy of a domain is not known to this computer' }
    try {
        $user = Get-Entry ('WinNT://' + $wanted.domain + '/' + $wanted.name + ',user')
        if ([bool]$user.psbase.InvokeGet('AccountDisabled')) { return 'the account is disabled' }
        if ([bool]$user.psbase.InvokeGet('IsAccountLocked')) { return 'the account is locked' }
        $most = [int]$user.psbase.InvokeGet('MaxBadPasswordsAllowed')
        $bad = [int]$user.psbase.InvokeGet('BadPasswordAttempts')
    } catch {
        return 'the lockout policy or the bad-password count cannot be read'
    }
    if ($most -ne 0 -and $most - $bad -lt 2) {
        return "the account is locked after $most bad passwords and had $bad"
    }
    return $null
}

# LogonUser, without a compiler, which would write files.
function New-LogonType {
    $name = New-Object System.Reflection.AssemblyName('StandbyLogon')
    try {
        $assembly = [AppDomain]::CurrentDomain.DefineDynamicAssembly($name, [Reflection.Emit.AssemblyBuilderAccess]::Run)
    } catch {
        $assembly = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($name, [Reflection.Emit.AssemblyBuilderAccess]::Run)
    }
    $type = $assembly.DefineDynamicModule('StandbyLogon').DefineType('StandbyLogon', 'Public, Class')
    $import = [Runtime.InteropServices.DllImportAttribute]
    $constructor = $import.GetConstructor([Type[]]@([string]))
    foreach ($wanted in @(
            @{ name = 'LogonUserW'; library = 'advapi32.dll'; takes = [Type[]]@([string], [string], [char[]], [int], [int], [IntPtr].MakeByRefType()) },
            @{ name = 'CloseHandle'; library = 'kernel32.dll'; takes = [Type[]]@([IntPtr]) })) {
        $method = $type.DefineMethod($wanted.name, 'Public, Static, PinvokeImpl', [bool], $wanted.takes)
        $method.SetImplementationFlags('PreserveSig')
        $fields = [Reflection.FieldInfo[]]@($import.GetField('SetLastError'), $import.GetField('CharSet'))
        $values = [object[]]@($true, [Runtime.InteropServices.CharSet]::Unicode)
        $attribute = New-Object System.Reflection.Emit.CustomAttributeBuilder($constructor, [object[]]@($wanted.library), $fields, $values)
        $method.SetCustomAttribute($attribute)
    }
    return $type.CreateType()
}

# --- fingerprints, in line ---

$hmac = $null
if ($null -ne $key) {
    $digits = $key.Trim()
    if ($digits -notmatch '^[0-9a-fA-F]{64}$') { throw 'the key must be 64 hexadecimal digits' }
    $hmac = New-Object System.Security.Cryptography.HMACSHA256
    $bytes = New-Object 'byte[]' 32
    for ($i = 0; $i -lt 64; $i++) {
        # 0 to 9 end in the four bits that they mean, A to F and a to f in 1 to 6.
        $digit = [int]$digits[$i]
        $at = ($i - $i % 2) / 2
        $bytes[$at] = 16 * $bytes[$at] + ($digit -band 15) + 9 * [int]($digit -ge 65)
    }
    $hmac.Key = $bytes
    [Array]::Clear($bytes, 0, 32)
    $fieldBytes = [Text.Encoding]::ASCII.GetBytes("`0`0`0`tstandby/1`0`0`0" + [char]6 + 'key-id')
    $keyId = [BitConverter]::ToString($hmac.ComputeHash($fieldBytes)).Replace('-', '').ToLowerInvariant().Substring(0, 16)
    $head = [Text.Encoding]::ASCII.GetBytes("`0`0`0`tstandby/1`0`0`0" + [char]8 + 'password')
}

$logonType = $null
foreach ($place in $open) {
    if ($null -eq $hmac) { break }
    $password = $null
    try {
        if ($place['entry'] -is [Xml.XmlElement]) {
            $password = $place['entry'].GetAttribute('password')
            # Only IIS can decrypt; nothing that was encrypted is nothing.
            if ($password -match '^\s*\[enc:[^:]*:\s*:enc\]\s*$') { $password = '' }
            if ($password -match '^\s*\[enc:') { throw 'encrypted' }
        } elseif ($null -eq $place['property']) {
            $password = [string]$place['entry'].GetPropertyByName('password').Value
        } else {
            $password = [string]$place['entry'].psbase.InvokeGet($place['property'])
        }
    } catch {
        $place['credential']['password'] = 'unreadable'
        continue
    }
    if ($password.Length -eq 0) {
        $set = $true
        if ($null -ne $place['property']) { $set = Test-Set $place['property'] $place['location'] }
        if ($true -eq $set) { $place['credential']['password'] = 'empty' }
        if ($false -eq $set) { $place['credential']['password'] = 'not-set' }
        continue
    }

    # UTF-8 from the units as they are: a lone surrogate becomes three bytes.
    $text = [byte[]](@(0) * (4 * $password.Length))
    $size = 0
    for ($i = 0; $i -lt $password.Length; $i++) {
        $code = [int]$password[$i]
        $next = 0
        if ($i + 1 -lt $password.Length) { $next = [int]$password[$i + 1] }
        if ($code -ge 0xd800 -and $code -lt 0xdc00 -and $next -ge 0xdc00 -and $next -lt 0xe000) {
            $code = 0x10000 + ($code - 0xd800) * 0x400 + ($next - 0xdc00)
            $i++
        }
        if ($code -lt 0x80) {
            $text[$size++] = $code
        } elseif ($code -lt 0x800) {
            $text[$size++] = 0xc0 + ($code -band 0x7c0) / 0x40
        } elseif ($code -lt 0x10000) {
            $text[$size++] = 0xe0 + ($code -band 0xf000) / 0x1000
        } else {
            $text[$size++] = 0xf0 + ($code -band 0x1c0000) / 0x40000
        }
        if ($code -ge 0x10000) { $text[$size++] = 0x80 + ($code -band 0x3f000) / 0x1000 }
        if ($code -ge 0x800) { $text[$size++] = 0x80 + ($code -band 0xfc0) / 0x40 }
        if ($code -ge 0x80) { $text[$size++] = 0x80 + ($code -band 0x3f) }
    }

    # The fields standby/1, password and the password, each with its length in four bytes in front.
    $length = @((($size -band 0x7f000000) / 0x1000000), (($size -band 0xff0000) / 0x10000),
        (($size -band 0xff00) / 0x100), ($size -band 0xff))
    $message = [byte[]]($head + $length + $text[0..($size - 1)])
    $digest = $hmac.ComputeHash($message)
    $place['credential']['password'] = 'hmac-sha256:' + $keyId + ':' +
        [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
    for ($i = 0; $i -lt $text.Length; $i++) { $text[$i] = 0 }
    for ($i = 0; $i -lt $message.Length; $i++) { $message[$i] = 0 }

    if ($check -and $place['credential']['user']) {
        $wanted = Get-Wanted $place['credential']['user']
        if ($null -ne $wanted -and -not $logons.ContainsKey($wanted.key)) {
            # Noted first: an account is tried once, whatever comes of it.
            $logons[$wanted.key] = @{ state = 'not-tried'; why = 'the logon could not be attempted' }
            $obstacle = Get-Obstacle $wanted
            if ($null -ne $obstacle) {
                $logons[$wanted.key] = @{ state = 'not-tried'; why = $obstacle }
            } else {
                try {
                    if ($null -eq $logonType) { $logonType = New-LogonType }
                    $token = [IntPtr]::Zero
                    # 8: a network logon with clear text.
                    $units = [char[]]($password + [char]0)
                    $good = $logonType::LogonUserW($wanted.name, '.', $units, 8, 0, [ref]$token)
                    $problem = [Runtime.InteropServices.Marshal]::GetLastWin32Error()
                    for ($i = 0; $i -lt $units.Length; $i++) { $units[$i] = [char]0 }
                    if ($good) {
                        $logons[$wanted.key] = 'valid'
                        [void]$logonType::CloseHandle($token)
                    } elseif ($problem -eq 1326) {
                        $logons[$wanted.key] = 'refused'
                    } else {
                        $logons[$wanted.key] = @{ state = 'not-tried'; why = "the logon ended with error $problem, which says nothing of the password" }
                    }
                } catch { }
            }
        }
    }
    $password = $null
}
$password = $null
if ($null -ne $hmac) { $hmac.Clear() }
foreach ($place in $open) {
    if (-not $check -or -not $place['credential']['user']) { continue }
    $wanted = Get-Wanted $place['credential']['user']
    if ($null -ne $wanted -and -not $logons.ContainsKey($wanted.key)) {
        $logons[$wanted.key] = @{ state = 'not-tried'; why = 'no password of the account is configured here that can be read' }
    }
}
$open = $null
if ($logons.Count -gt 0) { $document['logon'] = $logons }

New-Artefact ((Get-Json $document '') + "`n")
