/**
 * The class of `<notification-bell>`: attributes, properties and life cycle. What the element does and shows is
 * compiled from Rust and comes later; until then, this draws a bell that can be named, focused and clicked.
 *
 * Importing this file changes nothing: it defines no element and may be done where there is no document.
 *
 * @typedef {object} Bell One element at work, in wasm.
 * @property {() => void} dropUser
 * @property {() => void} changed
 * @property {() => void} moved
 * @property {(open: boolean) => void} setOpen
 * @property {() => void} refresh
 * @property {() => void} end
 * @property {() => void} free
 *
 * @typedef {(host: NotificationBell, root: ShadowRoot) => Bell} Maker
 */

/** Each option: its property, and the spellings of its attribute, the one that is written first. */
const OPTIONS = {
  apiUrl: ["apiurl", "api-url"],
  apiKey: ["apikey", "api-key"],
  userId: ["userid", "user-id"],
  userHmac: ["userhmac", "user-hmac"],
  userToken: ["usertoken", "user-token"],
  locale: ["locale"],
  theme: ["theme"],
  placement: ["placement"],
  view: ["view"],
};
const SWITCHES = ["mock", "open"];

/** The options that say who the user is, and where. */
const IDENTITY = new Set(
  ["apiUrl", "apiKey", "userId", "userHmac", "userToken"].flatMap((property) => OPTIONS[property]).concat("mock"),
);

/** Says in another copy of this class that it is one. */
const MARK = Symbol.for("notification-bell");

const FIRST_STYLE = `
:host { display: inline-block; vertical-align: middle }
:host([hidden]) { display: none }
button { all: unset; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 8px; cursor: pointer }
button:focus-visible { outline: 2px solid; outline-offset: -2px }
svg { width: 22px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
`;
const BELL =
  "M6 10a6 6 0 1 1 12 0c0 4.2 1.4 5.8 2 6.5.3.4 0 1-.5 1h-15c-.5 0-.8-.6-.5-1 .6-.7 2-2.3 2-6.5ZM10 20.5a2.2 2.2 0 0 0 4 0";

/** @type {Maker | undefined} Makes bells, once the wasm is there. */
let make;
/** @type {{ code: string, message: string } | undefined} Why there will be none. */
let failure;
/** @type {Set<NotificationBell>} Those in a page. */
const connected = new Set();

export class NotificationBell extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = [...Object.values(OPTIONS).flat(), ...SWITCHES, "lang"];
  static [MARK] = true;

  /** @type {Bell | undefined} */
  #bell;
  #isChanging = false;

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
  }

  /**
   * Hands over what makes bells, to those that wait for it and to all later ones.
   *
   * @param {Maker} maker
   */
  static start(maker) {
    make = maker;
    for (const element of connected) element.#begin();
  }

  /**
   * Says that there will be no bells, to those that wait and to all later ones.
   *
   * @param {string} code
   * @param {string} message
   */
  static fail(code, message) {
    failure = { code, message };
    for (const element of connected) element.#tellFailure();
  }

  connectedCallback() {
    connected.add(this);
    for (const property of [...Object.keys(OPTIONS), ...SWITCHES]) {
      // Set before the element was defined, a property of its own hides the one of the class.
      if (Object.hasOwn(this, property)) {
        const value = this[property];
        delete this[property];
        this[property] = value;
      }
    }
    if (this.#bell) this.#bell.moved();
    else if (make) this.#begin();
    else this.#drawFirst();
    if (failure) this.#tellFailure();
  }

  /** Moving with `moveBefore` keeps everything as it is. */
  connectedMoveCallback() {}

  disconnectedCallback() {
    // Moving the element through the page is a removal and an insertion, and is not an end.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  adoptedCallback() {
    // A style sheet serves one document only.
    this.#end();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#bell) return;
    if (IDENTITY.has(name)) this.#bell.dropUser();
    if (this.#isChanging) return;
    this.#isChanging = true;
    queueMicrotask(() => {
      this.#isChanging = false;
      this.#bell?.changed();
    });
  }

  /** Opens the panel. */
  show() {
    this.#setOpen(true);
  }

  /** Closes it. */
  hide() {
    this.#setOpen(false);
  }

  /** Opens it if it is closed, closes it if it is open. */
  toggle() {
    this.#setOpen(!this.open);
  }

  /** Loads everything again, and connects again if that was given up. */
  refresh() {
    this.#bell?.refresh();
  }

  /** @param {boolean} open */
  #setOpen(open) {
    // Without a bell the attribute keeps the wish.
    if (this.#bell) this.#bell.setOpen(open);
    else this.toggleAttribute("open", open);
  }

  #begin() {
    if (this.#bell || !make) return;
    const hadFocus = this.shadowRoot.activeElement !== null;
    this.#bell = make(this, this.shadowRoot);
    if (hadFocus && !this.open) this.shadowRoot.querySelector("button")?.focus();
  }

  #end() {
    connected.delete(this);
    const bell = this.#bell;
    this.#bell = undefined;
    bell?.end();
    bell?.free();
  }

  #drawFirst() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", BELL);
    svg.append(path);
    const slot = document.createElement("slot");
    slot.name = "bell";
    slot.append(svg);
    const button = document.createElement("button");
    button.type = "button";
    button.part = "bell";
    button.ariaLabel = "Notifications";
    button.ariaHasPopup = "dialog";
    button.ariaExpanded = "false";
    button.append(slot);
    button.addEventListener("click", () => this.toggle());
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(FIRST_STYLE);
    this.shadowRoot.adoptedStyleSheets = [sheet];
    this.shadowRoot.replaceChildren(button);
  }

  #tellFailure() {
    this.dispatchEvent(
      new CustomEvent("notification-bell-error", { bubbles: true, composed: true, detail: { ...failure } }),
    );
  }
}

for (const [property, [written, ...others]] of Object.entries(OPTIONS)) {
  Object.defineProperty(NotificationBell.prototype, property, {
    configurable: true,
    enumerable: true,
    get() {
      return [written, ...others].map((name) => this.getAttribute(name)).find((value) => value !== null) ?? null;
    },
    set(value) {
      if (value === null || value === undefined) this.removeAttribute(written);
      else this.setAttribute(written, value);
      for (const name of others) this.removeAttribute(name);
    },
  });
}

for (const name of SWITCHES) {
  Object.defineProperty(NotificationBell.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return this.hasAttribute(name);
    },
    set(value) {
      this.toggleAttribute(name, Boolean(value));
    },
  });
}
