/**
 * What a page does with an element whose items it draws itself: it reads the state, and acts on items by their ids.
 *
 * @typedef {object} State What a page draws from.
 * @property {"signed-out" | "connecting" | "live" | "offline" | "waiting" | "stopped"} connection
 * @property {{ unseen: number, unread: number, total: number, categories: Record<string, number> } | null} counts
 * @property {"all" | "unread" | "snoozed" | "archived"} view
 * @property {readonly object[]} items Those of the view, as the API has them, in its order.
 * @property {boolean} hasMore
 * @property {boolean} isLoading
 * @property {{ code: string, message: string } | null} error
 */

/** The bell of an element; undefined until the wasm is there. */
export const BELL = Symbol();

/** An element that can be asked and told. */
export class Acting extends (globalThis.HTMLElement ?? class {}) {
  /**
   * What there is to draw, frozen: the same object until something in it is another. Null until the wasm is there;
   * till then the methods below do nothing, as they do with an id that is not known.
   *
   * @type {State | null}
   */
  get state() {
    const state = frozen(this[BELL]?.state());
    return this[BELL] ? state : null;
  }

  /**
   * @param {string} id
   * @param {boolean} [read]
   */
  markRead(id, read = true) {
    this[BELL]?.markRead(String(id), Boolean(read));
  }

  /**
   * @param {string} id
   * @param {boolean} [archived]
   */
  archive(id, archived = true) {
    this[BELL]?.archive(String(id), Boolean(archived));
  }

  /**
   * Puts an item off until a moment within a year; brings it back with null.
   *
   * @param {string} id
   * @param {Date | string | null} until
   */
  snooze(id, until) {
    this[BELL]?.snooze(String(id), until === null ? undefined : new Date(until).getTime());
  }

  /**
   * Deletes an item. Not `remove`: that is what every element has, and takes the bell out of the page.
   *
   * @param {string} id
   */
  removeItem(id) {
    this[BELL]?.removeItem(String(id));
  }

  /**
   * Does what a click on an item does.
   *
   * @param {string} id
   */
  act(id) {
    this[BELL]?.act(String(id));
  }

  /**
   * Does what a click on a button of an item does.
   *
   * @param {string} id
   * @param {string} actionId
   */
  useAction(id, actionId) {
    this[BELL]?.useAction(String(id), String(actionId));
  }

  /** Marks everything as read that has been shown so far. */
  markAllRead() {
    this[BELL]?.markAllRead();
  }

  /** Loads the next page of the view. */
  loadMore() {
    this[BELL]?.loadMore();
  }

  /** @param {"all" | "unread" | "snoozed" | "archived"} view */
  setView(view) {
    this[BELL]?.setView(String(view));
  }
}

/**
 * A plain value in which nothing can be changed.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
function frozen(value) {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.values(Object.freeze(value)).forEach(frozen);
  }
  return value;
}
