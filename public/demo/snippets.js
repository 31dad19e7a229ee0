// The three things a developer copies: the tag, the HMAC line of each language, the curl call. Pure: no page needed.
//
// A snippet is a list of parts: plain text, and `{ value }` where the reader's own value goes.

import { doubleQuoted, htmlAttribute, javaString, rustString, shellWord, singleQuoted } from "./literals.js";

const code = (texts, ...values) =>
  texts.flatMap((text, index) => (index < values.length ? [text, { value: values[index] }] : [text]));

/** What a snippet is when it is pasted. */
export const textOf = (parts) => parts.map((part) => part.value ?? part).join("");

/** The script and the element, for the page. */
export const tag = ({ apiUrl, apiKey, userId, userHmac }) => code`<script type="module" src=${htmlAttribute(
  new URL("notification-bell.js", apiUrl).href,
)}></script>
<notification-bell
  apiUrl=${htmlAttribute(apiUrl)}
  apiKey=${htmlAttribute(apiKey)}
  userId=${htmlAttribute(userId)}
  userHmac=${htmlAttribute(userHmac)}
></notification-bell>`;

/** base64(HMAC-SHA256(key: the text of apiSecretKey, message: userId)) in each language, by name. */
export const hmac = {
  Node: ({ apiSecretKey, userId }) => code`import { createHmac } from "node:crypto";

const userHmac = createHmac("sha256", ${doubleQuoted(apiSecretKey)}).update(${doubleQuoted(userId)}).digest("base64");`,

  Python: ({ apiSecretKey, userId }) => code`import base64, hmac

user_hmac = base64.b64encode(hmac.digest(${doubleQuoted(apiSecretKey)}.encode(), ${doubleQuoted(userId)}.encode(), "sha256")).decode()`,

  PHP: ({ apiSecretKey, userId }) =>
    code`$userHmac = base64_encode(hash_hmac('sha256', ${singleQuoted(userId)}, ${singleQuoted(apiSecretKey)}, true));`,

  Ruby: ({ apiSecretKey, userId }) => code`require "openssl"

user_hmac = [OpenSSL::HMAC.digest("SHA256", ${singleQuoted(apiSecretKey)}, ${singleQuoted(userId)})].pack("m0")`,

  Java: ({ apiSecretKey, userId }) => code`import static java.nio.charset.StandardCharsets.UTF_8;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

Mac mac = Mac.getInstance("HmacSHA256");
mac.init(new SecretKeySpec(${javaString(apiSecretKey)}.getBytes(UTF_8), "HmacSHA256"));
String userHmac = Base64.getEncoder().encodeToString(mac.doFinal(${javaString(userId)}.getBytes(UTF_8)));`,

  Go: ({ apiSecretKey, userId }) => code`import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

mac := hmac.New(sha256.New, []byte(${doubleQuoted(apiSecretKey)}))
mac.Write([]byte(${doubleQuoted(userId)}))
userHmac := base64.StdEncoding.EncodeToString(mac.Sum(nil))`,

  "C#": ({ apiSecretKey, userId }) => code`using System.Security.Cryptography;
using System.Text;

var userHmac = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(${doubleQuoted(apiSecretKey)}), Encoding.UTF8.GetBytes(${doubleQuoted(userId)})));`,

  Rust: ({ apiSecretKey, userId }) => code`use base64::prelude::{BASE64_STANDARD, Engine}; // base64 0.22 or later
use hmac::{Hmac, KeyInit, Mac}; // hmac 0.13
use sha2::Sha256; // sha2 0.11

let mac = Hmac::<Sha256>::new_from_slice(${rustString(apiSecretKey)}.as_bytes())?.chain_update(${rustString(userId)});
let user_hmac = BASE64_STANDARD.encode(mac.finalize().into_bytes());`,

  Shell: ({ apiSecretKey, userId }) =>
    code`printf %s ${shellWord(userId)} | openssl dgst -sha256 -hmac ${shellWord(apiSecretKey)} -binary | openssl base64 -A`,
};

/** The call that sends something to the user. */
export const curl = ({ apiUrl, backendKey, userId }) => {
  const notification = {
    to: { users: [userId] },
    title: "Invoice 3318 was paid",
    body: "€1,840.00 for the spring catalogue.",
    url: "/#invoice-3318",
    category: "invoices",
  };
  return code`curl ${shellWord(apiUrl + "/v1/notifications")} \\
  -H ${shellWord("Authorization: Bearer " + backendKey)} \\
  -H 'Content-Type: application/json' \\
  -d ${shellWord(JSON.stringify(notification))}`;
};
