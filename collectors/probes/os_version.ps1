# The values alone: below this key Windows keeps much more, Winlogon among it.
Read-Values 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
