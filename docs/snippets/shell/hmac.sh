#!/bin/sh
# The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… sh hmac.sh <userId> [<end, in Unix seconds>]
# The command line of openssl can be read by others on the same machine: for trying it out, not for a server.
set -eu

# Ends with the secret.
user_hmac() {
  printf %s "$2" | openssl dgst -sha256 -hmac "$1" -binary | openssl base64 -A
}

# Ends at a moment, at most seven days ahead.
expiring_user_hmac() {
  printf 'v2.%s.' "$3"
  printf %s "$3.$2" | openssl dgst -sha256 -hmac "v2:$1" -binary | openssl base64 -A | tr '+/' '-_' | tr -d '='
}

if [ $# -gt 1 ]; then
  expiring_user_hmac "$BELL_API_SECRET_KEY" "$1" "$2"
else
  user_hmac "$BELL_API_SECRET_KEY" "$1"
fi
echo
