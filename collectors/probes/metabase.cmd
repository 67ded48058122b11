rem Only IIS 6 has this file; a 32-bit shell sees the real folder as sysnative.
if exist %windir%\sysnative\inetsrv\MetaBase.xml (type %windir%\sysnative\inetsrv\MetaBase.xml) else if exist %windir%\system32\inetsrv\MetaBase.xml (type %windir%\system32\inetsrv\MetaBase.xml) else (echo #none)
