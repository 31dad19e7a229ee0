// A server that lives in the page: it answers what the element asks at made-up addresses, as docs/API.md says.

const FOLDER = "/gallery-api/";
const PAGE_ITEMS = 20;
const HEARTBEAT_MS = 20_000;
const SESSION_MS = 600_000;

const encoder = new TextEncoder();
const running = new Map();
const sent = globalThis.fetch;

// The element calls whatever `fetch` the page has by then.
globalThis.fetch = (address, init) => {
  const url = new URL(address.url ?? address, location.href);
  const [name, rest] = /^\/gallery-api\/([^/]+)\/v1(\/.*)$/.exec(url.pathname)?.slice(1) ?? [];
  return running.get(name)?.answer(rest, url.searchParams, init ?? {}) ?? sent(address, init);
};

/** An answer with a problem (RFC 9457). */
export function problem(status, code) {
  const body = { type: "about:blank", title: code, status, detail: `The gallery answers ${code}.`, code };
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });
}

/** No answer, until whoever asked gives up. */
export const silence = (signal) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

const json = (value) => Response.json(value);
const moment = () => new Date().toISOString();
const isBefore = (time) => time !== null && Date.parse(time) <= Date.now();

/** One inbox. Later ones with its name take its place. */
export class StandIn {
  #revision = 1;
  #off = new Set();
  #streams = new Set();

  /**
   * `answers` may give an answer of its own to a request, `{ method, path, parameters, signal }`, or nothing.
   */
  constructor(name, items, answers = () => undefined) {
    this.items = items;
    this.apiUrl = FOLDER + name;
    this.answers = answers;
    running.set(name, this);
  }

  async answer(path, parameters, { method = "GET", body, signal, headers }) {
    const own = this.answers({ method, path, parameters, signal });
    if (own !== undefined) return own;
    const id = decodeURIComponent(/^\/inbox\/([^/]+)$/.exec(path)?.[1] ?? "");
    switch (`${method} ${id ? "/inbox/{id}" : path}`) {
      case "POST /session":
        return json(this.#grant(JSON.parse(body).userId));
      case "GET /preferences":
        return json(this.#preferences);
      case "PUT /preferences":
        return json(this.#choose(JSON.parse(body)));
      case "GET /inbox":
        return json(this.#page(parameters));
      case "GET /inbox/{id}":
        return id === "stream" ? this.#stream(signal, headers) : problem(405, "method_not_allowed");
      case "PATCH /inbox/{id}":
        return this.#patch(id, JSON.parse(body));
      case "DELETE /inbox/{id}":
        return this.#remove(id);
      case "POST /inbox/{id}":
        return json(this.#mark(JSON.parse(body)));
      default:
        return problem(404, "not_found");
    }
  }

  /** Something new comes in. */
  arrive(...items) {
    this.items = [...items, ...this.items];
    this.#changed(items);
  }

  /** What the reader has not turned off. */
  get #wanted() {
    return this.items.filter(({ category }) => !this.#off.has(category));
  }

  get #preferences() {
    const names = new Set([...this.items.flatMap(({ category }) => category ?? []), ...this.#off]);
    return { categories: [...names].sort().map((name) => ({ name, enabled: !this.#off.has(name) })) };
  }

  #choose({ categories }) {
    for (const { name, enabled } of categories) this.#off[enabled ? "delete" : "add"](name);
    this.#revision += 1;
    for (const tell of this.#streams) tell([], [], "reset");
    return this.#preferences;
  }

  get #counts() {
    const counts = { unseen: 0, unread: 0, total: 0, categories: {} };
    for (const item of this.#wanted.filter((item) => isIn(item, "all"))) {
      counts.total += 1;
      counts.unseen += Number(item.seenAt === null);
      if (item.readAt !== null) continue;
      counts.unread += 1;
      const category = item.category ?? "";
      counts.categories[category] = (counts.categories[category] ?? 0) + 1;
    }
    return counts;
  }

  get #state() {
    return { counts: this.#counts, revision: String(this.#revision) };
  }

  #grant(userId) {
    const at = (share) => new Date(Date.now() + SESSION_MS * share).toISOString();
    return { token: "gallery", expiresAt: at(1), refreshAt: at(0.8), userId, ...this.#state };
  }

  #page(parameters) {
    const view = parameters.get("view") ?? "all";
    const category = parameters.get("category");
    const listed = this.#wanted.filter((item) => isIn(item, view) && (category === null || item.category === category));
    if (view === "snoozed") listed.sort((one, other) => one.snoozedUntil.localeCompare(other.snoozedUntil));
    const from = Number(parameters.get("cursor") ?? 0);
    const to = from + Number(parameters.get("limit") ?? PAGE_ITEMS);
    return { items: listed.slice(from, to), next: to < listed.length ? String(to) : null, ...this.#state };
  }

  #stream(signal, headers) {
    const last = new Headers(headers).get("Last-Event-ID");
    const missed = last === null ? [] : this.items.filter((item) => Number(item.revision) > Number(last));
    let leave = () => {};
    const body = new ReadableStream({
      start: (controller) => {
        const send = (text) => controller.enqueue(encoder.encode(text));
        const tell = (changed, removed, event) => send(this.#event(changed, removed, event));
        const beat = setInterval(() => send(":\n\n"), HEARTBEAT_MS);
        leave = () => {
          clearInterval(beat);
          this.#streams.delete(tell);
        };
        this.#streams.add(tell);
        tell(missed, []);
      },
      cancel: () => leave(),
    });
    signal?.addEventListener("abort", () => leave());
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #event(changed, removed, event = "sync") {
    const data = JSON.stringify({ changed, removed, ...this.#state });
    return `event: ${event}\nid: ${this.#revision}\ndata: ${data}\n\n`;
  }

  #changed(changed, removed = []) {
    this.#revision += 1;
    for (const item of changed) item.revision = String(this.#revision);
    for (const tell of this.#streams) tell(changed, removed);
  }

  #patch(id, patch) {
    const item = this.items.find((item) => item.id === id);
    if (!item) return problem(404, "not_found");
    set(item, patch);
    this.#changed([item]);
    return json({ item, ...this.#state });
  }

  #remove(id) {
    this.items = this.items.filter((item) => item.id !== id);
    this.#changed([], [id]);
    return json(this.#state);
  }

  #mark({ set: patch, ids, category, read }) {
    const view = patch.archived === false ? "archived" : "all";
    const isMarked = (item) => (ids ? ids.includes(item.id) : isIn(item, view));
    const isRead = (item) => read === undefined || (item.readAt !== null) === read;
    const isOf = (item) => isRead(item) && (!category || item.category === category);
    const marked = this.items.filter((item) => isMarked(item) && isOf(item));
    for (const item of marked) set(item, patch);
    this.#changed(marked);
    return this.#state;
  }
}

function isIn(item, view) {
  if (view === "archived") return item.archivedAt !== null;
  const isSnoozed = item.snoozedUntil !== null && !isBefore(item.snoozedUntil);
  if (item.archivedAt !== null || isSnoozed !== (view === "snoozed")) return false;
  return view !== "unread" || item.readAt === null;
}

function set(item, { seen, read, archived, snoozedUntil, actionDone }) {
  const since = (is, before) => (is ? (before ?? moment()) : null);
  if (read !== undefined) item.readAt = since(read, item.readAt);
  if (seen !== undefined || read) item.seenAt = since(seen || read, item.seenAt);
  if (archived !== undefined) {
    item.archivedAt = since(archived, item.archivedAt);
    if (archived) item.snoozedUntil = null;
  }
  if (snoozedUntil !== undefined) {
    item.snoozedUntil = snoozedUntil;
    if (snoozedUntil !== null) item.archivedAt = null;
  }
  for (const action of item.actions) action.done ||= action.id === actionDone;
}
