/**
 * Calls for a reader's attention who looks elsewhere: a short sound, and notifications by the browser itself. Loaded when
 * a reader has asked for one of them.
 *
 * Of all tabs of a browser, one does it. Who that is, Web Locks decide, at the moment: whoever leads the stream may be a
 * tab that may not be heard yet.
 */

/** Held by whoever is heard, until the next sound may come. */
const SOUND = "notification-bell sound";
const QUIET_MS = 4000;
/** Held, in common, by all tabs that are seen. */
const SEEN = "notification-bell seen";
/** Held, with the id of an item, by whoever shows it, until all tabs have heard of it. */
const SHOWS = "notification-bell shows ";
const SHOWN_MS = 10_000;
/** In Hz: up by a fifth. */
const NOTES = [659.25, 987.77];

/**
 * @typedef {object} Listener
 * @property {boolean} sound
 * @property {boolean} desktop
 * @property {Document} document
 * @property {Set<Notification>} shown
 * @property {() => void} stop
 */

/** @type {Map<HTMLElement, Listener>} */
const listeners = new Map();
/** @type {AudioContext | undefined} */
let audio;
let isUnlocked = false;
let isSounding = false;
let lastSoundMs = -QUIET_MS;

/**
 * What the reader of an element wants from now on.
 *
 * @param {HTMLElement} host
 * @param {boolean} sound
 * @param {boolean} desktop
 */
export function attend(host, sound, desktop) {
  const document = host.ownerDocument;
  if (!document.defaultView || !(sound || desktop)) return leave(host);
  forget(host);
  const end = new AbortController();
  const { signal } = end;
  /** @type {Listener} */
  const listener = { sound, desktop, document, shown: new Set(), stop: () => end.abort() };
  listeners.set(host, listener);
  if (sound) {
    // A browser lets a page be heard once its reader has touched it.
    for (const kind of ["click", "keydown"]) {
      document.defaultView.addEventListener(kind, unlock, { capture: true, passive: true, signal });
    }
  }
  if (desktop) holdWhileSeen(listener, signal);
}

/**
 * Takes back what was done for an element.
 *
 * @param {HTMLElement} host
 */
export function leave(host) {
  forget(host);
  if (listeners.size === 0 && audio) {
    audio.close().catch(() => {});
    audio = undefined;
    isUnlocked = false;
    isSounding = false;
  }
}

/** @param {HTMLElement} host */
function forget(host) {
  const listener = listeners.get(host);
  listeners.delete(host);
  listener?.stop();
  for (const note of listener?.shown ?? []) note.close();
}

/**
 * Something came in.
 *
 * @param {HTMLElement} host
 * @param {{ id: string, title: string, body?: string, icon?: string }[]} items
 * @param {(id: string) => void} open
 */
export function arrive(host, items, open) {
  const listener = listeners.get(host);
  if (!listener) return;
  if (listener.sound && canSound()) inOneTab(SOUND, QUIET_MS, chime);
  if (!listener.desktop || !listener.document.hidden) return;
  for (const item of items.slice(-3)) {
    inOneTab(SHOWS + item.id, SHOWN_MS, () => ifUnseen(() => show(listener, item, open)));
  }
}

/** Lets the sound be heard that was just asked for. */
export function tryOut() {
  unlock();
  chime();
}

/**
 * Asks the reader whether the browser may show notifications.
 *
 * @param {HTMLElement} host
 */
export async function ask(host) {
  await host.ownerDocument.defaultView.Notification.requestPermission();
}

function canSound() {
  return isUnlocked || navigator.userActivation?.hasBeenActive;
}

function unlock() {
  if (isUnlocked) return;
  try {
    audio ??= new AudioContext();
    // Refused, it waits until the reader touches the page again.
    audio.resume().then(
      () => {
        isUnlocked = true;
        rest();
      },
      () => {},
    );
  } catch {
    // Without a sound card, or in a browser that has none of this.
  }
}

/** Lets the sound card sleep while there is nothing to be heard. */
function rest() {
  if (!isSounding) audio?.suspend().catch(() => {});
}

async function chime() {
  const nowMs = performance.now();
  if (nowMs - lastSoundMs < QUIET_MS) return;
  lastSoundMs = nowMs;
  unlock();
  if (!audio) return;
  const context = audio;
  isSounding = true;
  // Some never answer. Late, a sound would only startle.
  await Promise.race([context.resume().catch(() => {}), wait(500)]);
  if (context.state !== "running") {
    isSounding = false;
    return;
  }
  NOTES.forEach((frequency, index) => {
    const start = context.currentTime + 0.02 + index * 0.13;
    const volume = context.createGain();
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.08, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(volume).connect(context.destination);
    note.start(start);
    note.stop(start + 0.65);
    if (index < NOTES.length - 1) return;
    note.onended = () => {
      isSounding = false;
      rest();
    };
  });
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Does something unless another tab does the same, and keeps others from it for a while.
 *
 * @param {string} name
 * @param {number} ms
 * @param {() => void} act
 */
function inOneTab(name, ms, act) {
  const { locks } = navigator;
  if (!locks) return act();
  const held = locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await wait(ms);
  });
  // The page may be on its way out.
  held.catch(() => {});
}

/**
 * Does something unless a tab with the element is seen.
 *
 * @param {() => void} act
 */
function ifUnseen(act) {
  const { locks } = navigator;
  if (!locks) return act();
  locks.request(SEEN, { ifAvailable: true }, (lock) => lock && act()).catch(() => {});
}

/**
 * Says to the other tabs that this one is seen, for as long as it is.
 *
 * @param {Listener} listener
 * @param {AbortSignal} signal
 */
function holdWhileSeen(listener, signal) {
  const { document } = listener;
  /** @type {(() => void) | undefined} */
  let release;
  const follow = () => {
    if (document.hidden || signal.aborted) {
      release?.();
      release = undefined;
    } else if (!release) {
      const seen = new Promise((resolve) => (release = resolve));
      navigator.locks?.request(SEEN, { mode: "shared" }, () => seen).catch(() => {});
      for (const note of listener.shown) note.close();
    }
  };
  document.addEventListener("visibilitychange", follow, { signal });
  signal.addEventListener("abort", follow);
  follow();
}

/**
 * @param {Listener} listener
 * @param {{ id: string, title: string, body?: string, icon?: string }} item
 * @param {(id: string) => void} open
 */
function show(listener, { id, title, body, icon }, open) {
  // The element, or its user, may be gone by now.
  if (![...listeners.values()].includes(listener)) return;
  const window = listener.document.defaultView;
  try {
    // The tag takes the place of one that another tab has shown after all.
    const note = new window.Notification(title, { body, icon, tag: id });
    listener.shown.add(note);
    note.onclose = () => listener.shown.delete(note);
    note.onclick = () => {
      window.focus();
      note.close();
      open(id);
    };
  } catch {
    // Some browsers have it for service workers alone.
  }
}
