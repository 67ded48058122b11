# Only IIS 6 has this file, and IIS may be writing it.
$path = $system + '\inetsrv\MetaBase.xml'
if ([IO.File]::Exists($path)) {
    $sharing = [IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete
    $stream = New-Object System.IO.FileStream($path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $sharing)
    try {
        $content = New-Object 'byte[]' ([int]$stream.Length)
        $filled = 0
        while ($filled -lt $content.Length) {
            $count = $stream.Read($content, $filled, $content.Length - $filled)
            if ($count -eq 0) { throw 'the file became shorter while it was read' }
            $filled += $count
        }
        New-Artefact $content
    } finally {
        $stream.Close()
    }
}
