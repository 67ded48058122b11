rem Each application in scope.
asks HKEY_LOCAL_MACHINE\SOFTWARE\Classes\AppID\{appid}
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Classes\AppID\{appid}" /s
else
asks HKEY_LOCAL_MACHINE\SOFTWARE\Classes\AppID\*
reg query "HKEY_LOCAL_MACHINE\SOFTWARE\Classes\AppID"
