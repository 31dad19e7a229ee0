# The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… python3 hmac_proof.py <userId> [<end, in Unix seconds>]
import base64
import hmac
import os
import sys


def user_hmac(secret: str, user_id: str) -> str:
    """Ends with the secret."""
    return base64.b64encode(hmac.digest(secret.encode(), user_id.encode(), "sha256")).decode()


def expiring_user_hmac(secret: str, user_id: str, ends_at: int) -> str:
    """Ends at a moment, at most seven days ahead."""
    mac = hmac.digest(f"v2:{secret}".encode(), f"{ends_at}.{user_id}".encode(), "sha256")
    return f"v2.{ends_at}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


if __name__ == "__main__":
    secret, user_id = os.environ["BELL_API_SECRET_KEY"], sys.argv[1]
    print(expiring_user_hmac(secret, user_id, int(sys.argv[2])) if len(sys.argv) > 2 else user_hmac(secret, user_id))
