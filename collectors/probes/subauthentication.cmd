rem The packages of MSV1_0, Auth132 among them.
asks HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0
reg query "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0" /s
else
asks HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\*
reg query "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa"
