// Asks the demo backend who is signed in and with which keys. It is there only under `serve --demo`.

/** What stands in the snippets as long as there is no backend. */
export const PLACEHOLDERS = {
  apiUrl: "http://localhost:3001/api",
  apiKey: "YOUR_API_PUBLIC_KEY",
  apiSecretKey: "YOUR_API_SECRET_KEY",
  backendKey: "YOUR_BACKEND_KEY",
  userId: "user@example.com",
  userHmac: "YOUR_USER_HMAC_FROM_THE_NEXT_STEP",
  users: [],
};

/** There is no demo backend; the message says how that showed. */
export class NoBackend extends Error {}

/**
 * The demo's keys and one of its users: the one with this id, else the first.
 * Throws `NoBackend`, or an `AbortError` once `signal` aborts.
 */
export async function loadState(userId, signal) {
  const address = userId ? "/demo/state?user=" + encodeURIComponent(userId) : "/demo/state";
  let response;
  try {
    response = await fetch(address, { signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoBackend("The server does not answer.");
  }
  if (!response.ok) throw new NoBackend(`/demo/state answers ${response.status}.`);
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new NoBackend("/demo/state answers with something else than JSON.");
  }
  const state = await response.json();
  // The page may be open as 127.0.0.1 while the server calls itself localhost. To a browser that is another origin,
  // and this page may talk to its own only.
  return { ...state, apiUrl: new URL(new URL(state.apiUrl).pathname, location.origin).href };
}
