rem Where the setup of IIS writes its version.
asks HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\InetStp
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\InetStp" /s
else
asks HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\*
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft"
