foreach ($clsid in $classes) { Read-Key ('HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\' + $clsid) }
