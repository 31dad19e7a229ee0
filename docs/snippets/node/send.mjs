// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… node send.mjs <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.

/** A refusal: `code` is for programs, `errors` point to the members that are not right. */
export class BellError extends Error {
  constructor({ code, detail, errors = [] }) {
    super([`${code}: ${detail}`, ...errors.map((error) => `${error.pointer} ${error.detail}`)].join("\n"));
    Object.assign(this, { name: "BellError", code, errors });
  }
}

export async function send(notification, idempotencyKey) {
  const response = await fetch(`${process.env.BELL_URL}/api/v1/notifications`, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${process.env.BELL_BACKEND_KEY}`,
      "Content-Type": "application/json",
      "Idempotency-Key": idempotencyKey,
    },
    body: JSON.stringify(notification),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== 201) throw new BellError(await response.json());
  return response.json();
}

const [userId, title, key] = process.argv.slice(2);
try {
  const { id } = await send({ to: { users: [userId] }, title }, key);
  console.log(id);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
