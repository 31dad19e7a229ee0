# Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… python3 send.py <userId> <title> <key>
# The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
import json
import os
import sys
import urllib.error
import urllib.request


class BellError(Exception):
    """A refusal: `code` is for programs, `errors` point to the members that are not right."""

    def __init__(self, problem: dict):
        self.code, self.errors = problem["code"], problem.get("errors", [])
        details = [f"{error['pointer']} {error['detail']}" for error in self.errors]
        super().__init__("\n".join([f"{self.code}: {problem['detail']}", *details]))


def send(notification: dict, idempotency_key: str) -> dict:
    request = urllib.request.Request(
        os.environ["BELL_URL"] + "/api/v1/notifications",
        data=json.dumps(notification).encode(),
        headers={
            "Authorization": "Bearer " + os.environ["BELL_BACKEND_KEY"],
            "Content-Type": "application/json",
            "Idempotency-Key": idempotency_key,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise BellError(json.load(error)) from error


if __name__ == "__main__":
    user_id, title, key = sys.argv[1:]
    try:
        print(send({"to": {"users": [user_id]}, "title": title}, key)["id"])
    except (BellError, OSError) as error:
        sys.exit(str(error))
