/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_VOCABULARY_H
#define INVENTORY_VOCABULARY_H

#include "base/arena.h"
#include "base/pattern.h"

#include <stdbool.h>

/*
 * The words that collectors write and rules read: fact paths, trustees, rights, roles. Nothing else
 * spells them. Fill a pattern with pattern_fill, take a path apart with pattern_extract.
 *
 * Canonical forms (what stands in paths, one thing having one path on every node):
 *   location   lower case, no /LM/W3SVC, no slash at either end; "/" is the web service itself
 *   GUID       {8-4-4-4-12} in braces, upper case
 *   account    ".\name" for an account of the node's own, "DOMAIN\name" otherwise: domain in upper,
 *              name in lower case; well-known principals by the name in the table of well_known.c
 *   trustee    an account, a well-known name, or what could not be named:
 *              "orphan:S-1-..."      the node's account list is complete and does not hold it
 *              "unresolved:S-1-..."  nobody could say which account it is
 *              "S-1-5-21-..."        of another domain or computer, as it is
 */

/* The node itself. */
#define FACT_NODE_NAME "node/name"		/* NetBIOS computer name, upper case */
#define FACT_NODE_DOMAIN "node/domain"		/* absent: a workgroup */
#define FACT_NODE_SID "node/sid"		/* S-1-5-21-a-b-c, prefix of its local accounts */
#define FACT_OS_VERSION "os/version"		/* "5.2.3790": major.minor.build */
#define FACT_OS_NAME "os/name"			/* product name, for people */
#define FACT_OS_SERVICE_PACK "os/service-pack"	/* "2"; absent: none */
#define FACT_IIS_VERSION "iis/version"		/* "6.0" */
#define FACT_IIS_ISOLATION "iis/isolation-mode" /* "worker-process" or "iis5" */

/* Web locations. {location} as above; each that the server has its own entry for. */
#define FACT_LOCATION "iis/location/{location}/"
#define FACT_LOCATION_EXISTS "iis/location/{location}/exists" /* "true" */
#define FACT_LOCATION_POOL "iis/location/{location}/pool"     /* pool id, effective */
#define FACT_ANONYMOUS "iis/location/{location}/anonymous/"
#define FACT_ANONYMOUS_ENABLED "iis/location/{location}/anonymous/enabled"   /* true, false */
#define FACT_ANONYMOUS_USER "iis/location/{location}/anonymous/user"	     /* as configured */
#define FACT_ANONYMOUS_PASSWORD "iis/location/{location}/anonymous/password" /* fingerprint... */
#define FACT_ANONYMOUS_SYNC "iis/location/{location}/anonymous/sync"	     /* true, false */
/* interactive batch network cleartext */
#define FACT_ANONYMOUS_LOGON_METHOD "iis/location/{location}/anonymous/logon-method"
/* Which of "enabled logon-method password sync user" this very level sets, sorted, blanks between;
 * the values above are effective ones, inherited where this level is silent. */
#define FACT_ANONYMOUS_EXPLICIT "iis/location/{location}/anonymous/explicit"
/* local-system local-service network-service specific-user */
#define FACT_POOL_IDENTITY "iis/pool/{pool}/identity"
#define FACT_POOL_USER "iis/pool/{pool}/user"
#define FACT_POOL_PASSWORD "iis/pool/{pool}/password"
#define FACT_WAM_USER "iis/wam/user"
#define FACT_WAM_PASSWORD "iis/wam/password"
#define FACT_SUBAUTH_DLL "iis/subauth/dll" /* data of Lsa\MSV1_0\Auth132 */

/* Accounts. */
#define FACT_ACCOUNT_EXISTS "account/{account}/exists" /* true, false */
#define FACT_ACCOUNT_SID "account/{account}/sid"
#define FACT_ACCOUNT_DISABLED "account/{account}/disabled" /* true, false */
#define FACT_ACCOUNT_LOCKED "account/{account}/locked"
#define FACT_ACCOUNT_EXPIRES "account/{account}/expires" /* time, or "never" */
#define FACT_ACCOUNT_PASSWORD_SET "account/{account}/password-set"
#define FACT_ACCOUNT_PASSWORD_EXPIRES "account/{account}/password-expires" /* time, "never" */
#define FACT_ACCOUNT_LOGON "account/{account}/logon" /* guarded: valid, refused, not-tried */
#define FACT_ACCOUNT_GROUP "account/{account}/group/{group}" /* "member" */
#define FACT_ACCOUNTS_COMPLETE "accounts-complete" /* "true": every local account is listed */

/*
 * DCOM lists. Each list has a form, "default" (no descriptor is set here), "null" (everybody may),
 * "empty" (nobody may), "new", "old" (EXECUTE alone, meaning every right), "mixed", "no-execute",
 * "malformed"; allow/{trustee} and deny/{trustee} hold the rights, sorted as below, one blank
 * between; "order" is present ("allow-before-deny") only where an allowing entry stands before a
 * denying one; "label" is the integrity label, where one is set.
 * The lists: dcom/machine/{launch-default,access-default,launch-limit,access-limit},
 * dcom/app/{appid}/{launch,access}.
 */
#define LIST_FORM "form"
#define LIST_ORDER "order"
#define LIST_LABEL "label"
#define LIST_ALLOW "allow/"
#define LIST_DENY "deny/"
#define FACT_DCOM_MACHINE "dcom/machine/"
#define FACT_DCOM_ENABLED "dcom/machine/enabled"	       /* "Y", "N" as stored, upper */
#define FACT_DCOM_AUTHENTICATION "dcom/machine/authentication" /* LegacyAuthenticationLevel */
#define FACT_DCOM_IMPERSONATION "dcom/machine/impersonation"
#define FACT_DCOM_HARDENING_SERVER "dcom/machine/hardening-server" /* RequireIntegrity... */
#define FACT_DCOM_HARDENING_CLIENT "dcom/machine/hardening-client" /* Raise... */
#define LIST_LAUNCH_DEFAULT "dcom/machine/launch-default/"
#define LIST_ACCESS_DEFAULT "dcom/machine/access-default/"
#define LIST_LAUNCH_LIMIT "dcom/machine/launch-limit/"
#define LIST_ACCESS_LIMIT "dcom/machine/access-limit/"
#define FACT_APP "dcom/app/{appid}/"
#define FACT_APP_EXISTS "dcom/app/{appid}/exists" /* "true" */
#define FACT_APP_NAME "dcom/app/{appid}/name"	  /* for people */
/* "interactive-user", an account or well-known name; absent: the launching user */
#define FACT_APP_IDENTITY "dcom/app/{appid}/identity"
#define FACT_APP_SERVICE "dcom/app/{appid}/service"
#define FACT_APP_SURROGATE "dcom/app/{appid}/surrogate" /* "" : the system's own */
#define FACT_APP_REMOTE_SERVER "dcom/app/{appid}/remote-server"
#define FACT_APP_AUTHENTICATION "dcom/app/{appid}/authentication"
#define LIST_APP_LAUNCH "dcom/app/{appid}/launch/"
#define LIST_APP_ACCESS "dcom/app/{appid}/access/"
#define FACT_CLASS_EXISTS "dcom/class/{clsid}/exists" /* "true" */
#define FACT_CLASS_APP "dcom/class/{clsid}/app"	      /* AppID, canonical */

/* Rights in a list, in this order: a launch list has the first four, an access list the next. */
#define RIGHT_LOCAL_LAUNCH "local-launch"
#define RIGHT_REMOTE_LAUNCH "remote-launch"
#define RIGHT_LOCAL_ACTIVATION "local-activation"
#define RIGHT_REMOTE_ACTIVATION "remote-activation"
#define RIGHT_LOCAL_ACCESS "local-access"
#define RIGHT_REMOTE_ACCESS "remote-access"
/* Is this right among the blank-separated ones? */
bool rights_hold(const char *rights, const char *right);

/* Roles that stand for a node's own account in comparisons. */
#define ROLE_ANONYMOUS "@anonymous"
#define ROLE_WAM "@wam"

/* What can stand where a password is configured, beside a fingerprint hmac-sha256:KEYID:HEX. */
#define PASSWORD_EMPTY "empty"
#define PASSWORD_NOT_SET "not-set"
#define PASSWORD_UNREADABLE "unreadable"
bool password_is_fingerprint(const char *value); /* its form is checked whole */

#define TRUSTEE_ORPHAN "orphan:"
#define TRUSTEE_UNRESOLVED "unresolved:"

char *location_canonical(struct arena *arena, const char *text); /* NULL: no location */
/* The next location above, down to "/"; NULL above "/". */
char *location_parent(struct arena *arena, const char *location);
char *guid_canonical(struct arena *arena, const char *text); /* NULL: no GUID */

/*
 * An account as a configuration writes it ("name", ".\name", "COMPUTER\name", "DOMAIN\name",
 * "name@domain", "BUILTIN\Administrators", "NT AUTHORITY\SYSTEM", "Everyone", "S-1-5-18"),
 * canonical for the node whose computer name is given. A SID of no well-known principal stays as it
 * is, in upper case. Built-in names are known in English only: probes write SIDs wherever they can.
 */
char *account_canonical(struct arena *arena, const char *text, const char *computer);
bool account_is_local(const char *canonical);  /* ".\..." */
bool account_is_domain(const char *canonical); /* "DOMAIN\..." or "name@domain" */

/* Well-known principals: "Everyone" <-> "S-1-1-0". NULL where there is none. */
const char *well_known_name(const char *sid);
const char *well_known_sid(const char *name); /* ASCII case ignored */

/*
 * Compares the first two numbers of a version ("5.2.3790", "6.0") with major.minor: *result is
 * negative, 0 or positive. Returns -1 where the text is no version.
 */
int version_compare(const char *version, unsigned major, unsigned minor, int *result);

#endif
