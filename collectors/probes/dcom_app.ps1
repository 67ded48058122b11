foreach ($appid in $applications) { Read-Key ('HKEY_LOCAL_MACHINE\SOFTWARE\Classes\AppID\' + $appid) }
