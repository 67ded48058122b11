rem The name that holds now and the one after the next start.
asks HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName
reg query "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName" /s
else
asks HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\*
reg query "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control"
