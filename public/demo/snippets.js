// The three things a developer copies: the tag, the program that proves, the call or the program that sends. Pure: no page needed.
//
// A snippet is a list of parts: plain text, and `{ value }` where the reader's own value goes.

import { htmlAttribute, shellWord } from "./literals.js";

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

/**
 * The programs of docs/snippets, which the server has beside this page: for each language the one that proves, the one that
 * sends, and what runs them.
 */
export const programs = {
  Node: { hmac: "node/hmac.mjs", send: "node/send.mjs", run: "node" },
  Python: { hmac: "python/hmac_proof.py", send: "python/send.py", run: "python3" },
  PHP: { hmac: "php/hmac.php", send: "php/send.php", run: "php" },
  Ruby: { hmac: "ruby/hmac.rb", send: "ruby/send.rb", run: "ruby" },
  Java: { hmac: "java/Hmac.java", send: "java/Send.java", run: "java" },
  Go: { hmac: "go/hmac.go", send: "go/send.go", run: "go run" },
  "C#": { hmac: "csharp/Hmac.cs", send: "csharp/Send.cs", run: "dotnet run" },
  Rust: { hmac: "rust/hmac.rs", send: "rust/send.rs", run: "cargo run --" },
  Shell: { hmac: "shell/hmac.sh", send: "shell/send.sh", run: "sh" },
};

/** What runs a program once it is in a file of its name; Rust's is then `src/main.rs`. */
const run = ({ run }, file) => (run.startsWith("cargo") ? run : `${run} ${file.split("/")[1]}`);

/** The command that proves the user. */
export const runHmac = (language, { apiSecretKey, userId }) => {
  const program = programs[language];
  return [
    "BELL_API_SECRET_KEY=",
    { value: shellWord(apiSecretKey) },
    ` ${run(program, program.hmac)} `,
    { value: shellWord(userId) },
  ];
};

/** The command that sends something to the user. */
export const runSend = (language, { apiUrl, backendKey, userId }) => {
  const program = programs[language];
  return [
    "BELL_URL=",
    { value: shellWord(new URL(apiUrl).origin) },
    " BELL_BACKEND_KEY=",
    { value: shellWord(backendKey) },
    ` ${run(program, program.send)} `,
    { value: shellWord(userId) },
    " 'Invoice 3318 was paid' invoice-3318-paid",
  ];
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
