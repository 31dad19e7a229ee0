#!/bin/sh
# Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… sh send.sh <userId> <title> <key>
# The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
set -eu

# A text in JSON, on one line.
json() {
  printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g')"
}

# The answer of a refusal is printed too: its code is for programs, its errors point to the members that are not right.
curl --silent --show-error --fail-with-body --max-time 10 "$BELL_URL/api/v1/notifications" \
  -H "Authorization: Bearer $BELL_BACKEND_KEY" \
  -H "Content-Type: application/json" \
  -H "Idempotency-Key: $3" \
  -d "{\"to\": {\"users\": [$(json "$1")]}, \"title\": $(json "$2")}"
echo
