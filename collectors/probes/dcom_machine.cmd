rem Machine-wide settings of DCOM.
asks HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Ole
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Ole" /s
else
asks HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\*
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft"
