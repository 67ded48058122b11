rem Each class in scope.
asks HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\{clsid}
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\{clsid}" /s
else
asks HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\*
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID"
