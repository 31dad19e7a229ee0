// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… node hmac.mjs <userId> [<end, in Unix seconds>]
import { createHmac } from "node:crypto";

/** Ends with the secret. */
export function userHmac(secret, userId) {
  return createHmac("sha256", secret).update(userId).digest("base64");
}

/** Ends at a moment, at most seven days ahead. */
export function expiringUserHmac(secret, userId, endsAt) {
  const mac = createHmac("sha256", `v2:${secret}`).update(`${endsAt}.${userId}`).digest("base64url");
  return `v2.${endsAt}.${mac}`;
}

const secret = process.env.BELL_API_SECRET_KEY;
const [userId, endsAt] = process.argv.slice(2);
console.log(endsAt ? expiringUserHmac(secret, userId, endsAt) : userHmac(secret, userId));
