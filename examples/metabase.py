# SPDX-License-Identifier: Apache-2.0
"""MetaBase.xml as IIS 6 writes it, shortened: of long lists only the beginning stands here."""
import hashlib
import struct

HEAD = ('\ufeff<?xml version ="1.0"?>\r\n'
        '<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0">\r\n<MBProperty>\r\n')
TAIL = "</MBProperty>\r\n</configuration>\r\n"


def synthetic_bytes(label, length):
    blocks = (hashlib.sha256(f"{label} {i}".encode()).digest() for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def secure(label, length):
    """A secure property: 16 bytes of header, then bytes that the machine's key has encrypted."""
    rest = 64 + (length + 7) // 8 * 8
    header = b"IcDb" + struct.pack("<III", 8 + rest, length, 0x40)
    return (header + synthetic_bytes(label, rest)).hex()


def secure_text(label, text):
    """Of the text nothing shows but its length."""
    return secure(label, 2 * len(text) + 6)


def lines(*items):
    """A property of several strings, or one as long as several lines."""
    return "\r\n\t\t\t".join(items)


def escaped(value):
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        value = value.replace(mark, entity)
    return value


def key(class_name, location, properties=None, customs=()):
    text = f'<{class_name}\tLocation ="{escaped(location)}"\r\n'
    for name, value in sorted((properties or {}).items()):
        text += f'\t\t{name}="{escaped(value)}"\r\n'
    return text + "\t>\r\n" + "".join(customs) + f"</{class_name}>\r\n"


def custom(name, number, value, kind="DWORD", user="IIS_MD_UT_SERVER", flags="NO_ATTRIBUTES"):
    properties = {"Name": name, "ID": str(number), "Value": value, "Type": kind,
                  "UserType": user, "Attributes": flags}
    return ("\t<Custom\r\n" +
            "".join(f'\t\t{item}="{escaped(text)}"\r\n' for item, text in properties.items()) +
            "\t/>\r\n")


# --- what every server has ----------------------------------------------------------------------

def machine(node):
    session = b"IcKb" + struct.pack("<III", 0x98, 0x4C, 0x40) + synthetic_bytes(node + " key", 144)
    return [
        key("IIS_Global", ".", {
            "BINSchemaTimeStamp": "a0" + synthetic_bytes(node + " schema", 4).hex() + "c70100",
            "ChangeNumber": "412", "HistoryMajorVersionNumber": "31",
            "SessionKey": session.hex(),
            "XMLSchemaTimeStamp": "b2" + synthetic_bytes(node + " xml", 4).hex() + "c70100"}),
        key("IIS_ROOT", "/", {"AdminACL": secure(node + " root", 0xA4)}),
        key("IIsComputer", "/LM", {
            "EnableEditWhileRunning": "0", "EnableHistory": "1", "MaxBandwidth": "4294967295",
            "MaxHistoryFiles": "10"}),
        key("IIsConfigObject", "/LM/IISADMIN"),
        key("IIsConfigObject", "/LM/IISADMIN/PROPERTYREGISTRATION", customs=[
            custom("MD_METADATA_ID_REGISTRATION", 1030,
                   lines("0-65535;Microsoft Reserved",
                         "65536-524288;Microsoft IIS Admin Objects Reserved"),
                   "MULTISZ", flags="INHERIT")]),
        key("IIsMimeMap", "/LM/MimeMap", {
            "MimeMap": lines(".htm,text/html", ".html,text/html", ".txt,text/plain",
                             ".gif,image/gif", ".jpg,image/jpeg")}),
    ]


def web_service(node, user, password, wam_password, sync):
    return key("IIsWebService", "/LM/W3SVC", {
        "AllowKeepAlive": "TRUE",
        "AnonymousPasswordSync": "TRUE" if sync else "FALSE",
        "AnonymousUserName": user,
        "AnonymousUserPass": secure_text(f"{node} {user}", password),
        "AppAllowDebugging": "FALSE",
        "AppPoolId": "DefaultAppPool",
        "ApplicationDependencies": lines("Active Server Pages;ASP", "Server Side Includes;SSINC"),
        "AspBufferingOn": "TRUE",
        "AspEnableParentPaths": "FALSE",
        "AspScriptLanguage": "VBScript",
        "AspScriptTimeout": "90",
        "AuthFlags": "AuthAnonymous",
        "CacheISAPI": "TRUE",
        "ConnectionTimeout": "120",
        "DefaultDoc": "Default.htm,Default.asp,index.htm",
        "DirBrowseFlags": "DirBrowseShowDate | DirBrowseShowTime | DirBrowseShowSize | "
                          "EnableDefaultDoc",
        "HttpErrors": lines(r"401,1,FILE,C:\WINDOWS\help\iisHelp\common\401-1.htm",
                            r"401,2,FILE,C:\WINDOWS\help\iisHelp\common\401-2.htm",
                            r"404,*,FILE,C:\WINDOWS\help\iisHelp\common\404b.htm"),
        "IIs5IsolationModeEnabled": "FALSE",
        "LogFileDirectory": r"C:\WINDOWS\system32\LogFiles",
        "LogType": "1",
        "MaxConnections": "4294967295",
        "ScriptMaps": lines(r".asp,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE",
                            r".stm,C:\WINDOWS\system32\inetsrv\ssinc.dll,5,GET,POST"),
        "WAMUserName": f"IWAM_{node}",
        "WAMUserPass": secure_text(f"{node} wam", wam_password),
        "WebSvcExtRestrictionList": lines(
            "0,*.dll", "0,*.exe",
            r"1,C:\WINDOWS\system32\inetsrv\asp.dll,0,ASP,Active Server Pages"),
    }, [
        custom("MD_ISM_ACCESS_CHECK", 6269, "65535", user="IIS_MD_UT_FILE"),
        custom("UnknownName_2166", 2166, "1"),
        custom("UnknownName_9202", 9202, "4294967295"),
    ])


def pools(node):
    return [
        key("IIsApplicationPools", "/LM/W3SVC/AppPools", {
            "AdminACL": secure(node + " pools", 0xA4),
            "AppPoolIdentityType": "2",
            "AppPoolQueueLength": "1000",
            "IdleTimeout": "20",
            "LogEventOnRecycle": "AppPoolRecycleTime | AppPoolRecycleMemory",
            "MaxProcesses": "1",
            "PeriodicRestartTime": "1740",
            "PingingEnabled": "TRUE",
            "RapidFailProtection": "TRUE",
        }),
        key("IIsApplicationPool", "/LM/W3SVC/AppPools/DefaultAppPool", {
            "PeriodicRestartMemory": "512000", "PeriodicRestartRequests": "35000"}),
    ]


def filters(node):
    return [
        key("IIsFilters", "/LM/W3SVC/Filters", {
            "AdminACL": secure(node + " filters", 0xA4)}),
        key("IIsFilter", "/LM/W3SVC/Filters/Compression"),
        key("IIsCompressionScheme", "/LM/W3SVC/Filters/Compression/gzip", {
            "HcCompressionDll": r"%windir%\system32\inetsrv\gzip.dll",
            "HcDoDynamicCompression": "TRUE",
            "HcFileExtensions": lines("htm", "html", "txt"),
            "HcPriority": "1"}),
    ]


def info(node):
    templates = "/LM/W3SVC/Info/Templates"
    return [
        key("IIsWebInfo", "/LM/W3SVC/Info", {
            "AdminACL": secure(node + " info", 0x58),
            "CustomErrorDescriptions": lines("400,0,Bad Request,,0",
                                             "401,1,Unauthorized,Logon failed,1"),
            "LogModuleList": "NCSA Common Log File Format,W3C Extended Log File Format",
            "MajorIIsVersionNumber": "6", "MinorIIsVersionNumber": "0"}),
        key("IIsConfigObject", templates),
        key("IIsWebServer", templates + "/Public Web Site", {
            "ServerComment": "Allows all users to browse static and dynamic content."}),
        key("IIsWebVirtualDir", templates + "/Public Web Site/Root", {
            "AccessFlags": "AccessRead | AccessScript", "AuthFlags": "AuthAnonymous",
            "IPSecurity": ""}),
    ]


# --- the conferencing server --------------------------------------------------------------------

def sites(node):
    return [
        key("IIsWebServer", "/LM/W3SVC/1", {
            "AppPoolId": "DefaultAppPool",
            "DefaultDoc": "Default.htm,Default.asp,index.htm,iisstart.htm",
            "ServerBindings": ":80:", "ServerComment": "Default Web Site", "ServerSize": "1"}),
        key("IIsFilters", "/LM/W3SVC/1/Filters", {
            "AdminACL": secure(node + " site filters", 0xA4)}),
        key("IIsCertMapper", "/LM/W3SVC/1/IIsCertMapper"),
        key("IIsWebVirtualDir", "/LM/W3SVC/1/ROOT", {
            "AccessFlags": "AccessRead | AccessScript",
            "AppFriendlyName": "Default Application", "AppIsolated": "2",
            "AppPoolId": "DefaultAppPool", "AppRoot": "/LM/W3SVC/1/ROOT",
            "AuthFlags": "AuthAnonymous | AuthNTLM",
            "Path": r"c:\inetpub\wwwroot"}),
        key("IIsWebVirtualDir", "/LM/W3SVC/1/ROOT/Conferencing", {
            "AccessFlags": "AccessRead | AccessScript",
            "AppFriendlyName": "Conferencing", "AppIsolated": "2",
            "AppPoolId": "DefaultAppPool", "AppRoot": "/LM/W3SVC/1/ROOT/Conferencing",
            "Path": r"c:\Program Files\Exchange Conferencing Server\Web"}),
    ]


def conferencing(node, user, password, wam_password, sync):
    keys = [*machine(node), web_service(node, user, password, wam_password, sync), *sites(node),
            *pools(node), *filters(node), *info(node)]
    return (HEAD + "".join(keys) + TAIL).encode("utf-8")
