/**
 * The class of `<notification-bell>`: attributes, properties and life cycle. What the element does and shows is
 * compiled from Rust and comes later; until then, this draws a bell that has its name, takes the focus, and remembers
 * a click.
 *
 * Importing this file changes nothing: it defines no element and may be done where there is no document.
 *
 * @typedef {object} Bell One element at work, in wasm.
 * @property {() => void} userChanged
 * @property {() => void} changed
 * @property {() => void} moved
 * @property {(open: boolean) => void} setOpen
 * @property {() => void} rendererChanged
 * @property {() => void} refresh
 * @property {() => import("./acting.js").State} state
 * @property {() => void} end
 * @property {() => void} free
 *
 * @typedef {(host: NotificationBell, root: ShadowRoot) => Bell} Maker
 */

import { Acting, BELL } from "./acting.js";
import { drawBell } from "./early-bell.js";
import { IDENTITY, OPTIONS, SWITCHES, defineOptions, jsonOf, written } from "./options.js";

/** Says in another copy of this class that it is one. */
const MARK = Symbol.for("notification-bell");

/** @type {Maker | undefined} Makes bells, once the wasm is there. */
let make;
/** @type {{ code: string, message: string } | undefined} Why there are none. */
let failure;
/** @type {(() => void) | undefined} Tries once more. */
let retry;
/** @type {Set<NotificationBell>} Those in a page. */
const connected = new Set();

export class NotificationBell extends Acting {
  static observedAttributes = [...Object.values(OPTIONS).flat(), ...SWITCHES, "lang", "dir"];
  static [MARK] = true;

  /** @type {Bell | undefined} */
  #bell;
  #isChanging = false;
  /** The early bell is held down: its click is still to come, and would be lost with the button. */
  #isHeld = false;
  /** @type {string | null} The token, if it was set as a property: such a thing is kept out of the document. */
  #userToken = null;
  /** @type {((item: object) => Node | null | undefined) | null} */
  #renderItem = null;
  /** @type {HTMLElement | undefined} What has the focus, or had it until this task: a move takes it away. */
  #focused;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.addEventListener("focusin", ({ target }) => (this.#focused = target));
    root.addEventListener("focusout", () => queueMicrotask(this.#forgetFocus));
  }

  #forgetFocus = () => {
    if (!this.#focused?.matches(":focus")) this.#focused = undefined;
  };

  get [BELL]() {
    return this.#bell;
  }

  /**
   * Hands over what makes bells, to those that wait for it and to all later ones.
   *
   * @param {Maker} maker
   */
  static start(maker) {
    make = maker;
    failure = retry = undefined;
    for (const element of connected) element.#begin();
  }

  /**
   * Says what went wrong, to those in a page.
   *
   * @param {string} code
   * @param {string} message
   */
  static tell(code, message) {
    for (const element of connected) element.#tell({ code, message });
  }

  /**
   * Says that there are no bells, to those that wait and to all later ones. Those that are at work are left as they are,
   * half way through something, and never called again.
   *
   * @param {string} code
   * @param {string} message
   * @param {() => void} again Is called when somebody wants one all the same.
   */
  static fail(code, message, again) {
    failure = { code, message };
    retry = again;
    const wereMade = make !== undefined;
    make = undefined;
    for (const element of connected) {
      if (wereMade) {
        element.#bell = undefined;
        element.shadowRoot.adoptedStyleSheets = [];
        element.#drawEarly();
      }
      element.#tellFailure();
    }
  }

  connectedCallback() {
    connected.add(this);
    for (const property of [...Object.keys(OPTIONS), ...SWITCHES, "renderItem"]) {
      // Set before the element was defined, a property of its own hides the one of the class.
      if (Object.hasOwn(this, property)) {
        const value = this[property];
        delete this[property];
        this[property] = value;
      }
    }
    if (this.#bell) this.#bell.moved();
    else if (make) this.#begin();
    else this.#drawEarly();
    if (failure) this.#tellFailure();
    // Moved, and nobody else has the focus that was here.
    const { activeElement, body } = this.ownerDocument;
    if (!activeElement || activeElement === body) this.#focused?.focus({ preventScroll: !this.open });
  }

  /** Moving with `moveBefore` keeps everything as it is, but for the place of the panel; Firefox hides it, too. */
  connectedMoveCallback() {
    this.#bell?.moved();
  }

  disconnectedCallback() {
    // Moving the element through the page is a removal and an insertion, and is not an end.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
    queueMicrotask(this.#forgetFocus);
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
    if (before === after) return;
    // Whichever was set last counts.
    if (after !== null && OPTIONS.userToken.includes(name)) this.#userToken = null;
    if (["headless", "inline"].includes(name) && this.isConnected && !this.#bell) this.#drawEarly();
    this.#change(IDENTITY.has(name));
  }

  get userToken() {
    return this.#userToken ?? written(this, "userToken");
  }

  set userToken(value) {
    this.#userToken = value ?? null;
    for (const name of OPTIONS.userToken) this.removeAttribute(name);
    this.#change(true);
  }

  /** Draws an item in the place of what the element would: a function, and so a property alone. */
  get renderItem() {
    return this.#renderItem;
  }

  set renderItem(value) {
    const renderItem = typeof value === "function" ? value : null;
    if (renderItem === this.#renderItem) return;
    this.#renderItem = renderItem;
    this.#bell?.rendererChanged();
  }

  /** Texts of the page's own: a copy, which has to be set again to count when it is changed. */
  get messages() {
    try {
      return JSON.parse(this.getAttribute("messages"));
    } catch {
      return null;
    }
  }

  set messages(value) {
    if (value === null || value === undefined) this.removeAttribute("messages");
    else this.setAttribute("messages", typeof value === "string" ? value : jsonOf(value));
  }

  /** @param {boolean} isIdentity */
  #change(isIdentity) {
    if (!this.#bell) return this.#showWish();
    if (isIdentity) this.#bell.userChanged();
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
    if (this.#bell) this.#bell.refresh();
    else retry?.();
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (this.#bell) return this.#bell.setOpen(open);
    // The attribute keeps the wish until there is a panel.
    this.toggleAttribute("open", open);
    if (open) retry?.();
  }

  #begin() {
    if (this.#bell || !make || this.#isHeld) return;
    const hadFocus = this.shadowRoot.activeElement !== null;
    const maker = make;
    const bell = maker(this, this.shadowRoot);
    // It failed meanwhile, and the early bell is back.
    if (make !== maker) return;
    this.#bell = bell;
    if (hadFocus) this.shadowRoot.querySelector("button")?.focus();
  }

  #end() {
    connected.delete(this);
    this.#isHeld = false;
    const bell = this.#bell;
    this.#bell = undefined;
    bell?.end();
    bell?.free();
  }

  /** Draws what the wasm will draw in this place: the same button without a number, which is not known yet. */
  #drawEarly() {
    const root = this.shadowRoot;
    const document = this.ownerDocument;
    if (this.headless || this.inline) {
      root.adoptedStyleSheets = [];
      return root.replaceChildren(...(this.headless ? [document.createElement("slot")] : []));
    }
    // Drawn already, and moved within its document; another document takes the sheets away. Without a window nothing shows.
    if (root.adoptedStyleSheets.length > 0 || !document.defaultView) return;
    drawBell(
      root,
      () => this.toggle(),
      (isHeld) => {
        this.#isHeld = isHeld;
        if (connected.has(this)) this.#begin();
      },
    );
    this.#showWish();
  }

  /** Has the early bell say whether the panel will open as soon as it can. */
  #showWish() {
    const button = this.shadowRoot.querySelector("button");
    if (button) button.ariaExpanded = String(this.open);
  }

  #tellFailure() {
    // What was asked for meanwhile does not come, and the bell should not look as if it would.
    this.open = false;
    this.#tell(failure);
  }

  /** @param {{ code: string, message: string }} failure */
  #tell({ code, message }) {
    this.dispatchEvent(
      new CustomEvent("notification-bell-error", { bubbles: true, composed: true, detail: { code, message } }),
    );
  }
}

defineOptions(NotificationBell.prototype);
