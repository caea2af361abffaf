#!/usr/bin/env bash
# Install the real mail servers the live tests start. Where that is impossible, say so and go on: the tests then skip,
# and their summary says how many and why.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="$PATH:/usr/sbin:/sbin"
missing=()
[ -x /usr/lib/postfix/sbin/master ] || missing+=(postfix)
command -v dovecot >/dev/null || missing+=(dovecot-core)
[ -x /usr/lib/dovecot/imap ] || missing+=(dovecot-imapd)
[ -x /usr/lib/dovecot/lmtp ] || missing+=(dovecot-lmtpd)
command -v swaks >/dev/null || missing+=(swaks)
command -v openssl >/dev/null || missing+=(openssl)

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Not root, so ${missing[*]} cannot be installed: the live tests will be skipped." >&2
elif ! command -v apt-get >/dev/null; then
    echo "No apt-get here to install ${missing[*]} with: the live tests will be skipped." >&2
else
    echo "Installing ${missing[*]}"
    tools/apt.sh "${missing[@]}" || echo "apt-get could not install them: the live tests will be skipped." >&2
fi
