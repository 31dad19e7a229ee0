/**
 * The number of unread items in the title of the page, and a dot on its icon. Loaded when there is the first of them.
 *
 * The page may change its title and its icon as it likes: what it sets is what gets the number and the dot, and what is
 * there again when they go. Several bells on a page show one number, the largest of theirs.
 */

const NUMBER_MAX = 99;
/** A page that puts its own title back each time it is changed is answered this often, and not at once for ever. */
const PATIENCE_MS = 50;
/** In pixels: what a browser scales down looks better than what it scales up. */
const SIZE = 64;
/** The accent of the element, between those for light and for dark: tabs of browsers are either. */
const DOT = "#3b74ec";
const MEMBERS = ["href", "type", "sizes"];
const ICONS = 'link[rel~="icon" i][href]';
/** Stands in for an icon that there is not, or that cannot be read. On a grid of 24. */
const BELL = "M6 10a6 6 0 1 1 12 0c0 4.2 1.4 5.8 2 6.5.3.4 0 1-.5 1h-15c-.5 0-.8-.6-.5-1 .6-.7 2-2.3 2-6.5ZM10 20.5a2.2 2.2 0 0 0 4 0";

/** @type {Map<HTMLElement, Page>} */
const pageOf = new Map();
/** @type {WeakMap<Document, Page>} */
const pages = new WeakMap();

/**
 * Shows the number of an element.
 *
 * @param {HTMLElement} host
 * @param {number} number
 * @param {boolean} inTitle
 * @param {boolean} onIcon
 */
export function show(host, number, inTitle, onIcon) {
  const document = host.ownerDocument;
  if (!document.head) return;
  const page = pages.get(document) ?? new Page(document);
  pages.set(document, page);
  pageOf.set(host, page);
  page.take(host, inTitle ? number : 0, onIcon ? number : 0);
}

/**
 * Takes it away again.
 *
 * @param {HTMLElement} host
 */
export function leave(host) {
  pageOf.get(host)?.take(host, 0, 0);
  pageOf.delete(host);
}

class Page {
  /** @type {Map<HTMLElement, { title: number, icon: number }>} What each element has. */
  #numbers = new Map();
  #title;
  #icon;
  #document;
  #observer;
  /** @type {number | undefined} */
  #timer;

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
    this.#title = new Title(document);
    this.#icon = new Icon(document);
    this.#observer = new MutationObserver(() => {
      this.#timer ??= setTimeout(() => this.#show(), PATIENCE_MS);
    });
  }

  /**
   * @param {HTMLElement} host
   * @param {number} title
   * @param {number} icon
   */
  take(host, title, icon) {
    if (title || icon) this.#numbers.set(host, { title, icon });
    else this.#numbers.delete(host);
    this.#show();
  }

  #show() {
    this.#observer.disconnect();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const numbers = [...this.#numbers.values()];
    this.#title.show(Math.max(0, ...numbers.map(({ title }) => title)));
    if (numbers.some(({ icon }) => icon > 0)) this.#icon.show().catch(() => {}); // An address that is none.
    else this.#icon.hide();
    if (numbers.length === 0) return;
    const changes = { childList: true, subtree: true, characterData: true, attributes: true };
    this.#observer.observe(this.#document.head, { ...changes, attributeFilter: ["href", "rel"] });
  }
}

class Title {
  #document;
  /** Every start that the title has been given: the page may have kept a title with one. */
  #starts = new Set();
  #hasStart = false;

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
  }

  /** @param {number} number */
  show(number) {
    if (number === 0 && !this.#hasStart) return;
    const start = number === 0 ? "" : `(${number > NUMBER_MAX ? `${NUMBER_MAX}+` : number}) `;
    const title = start + this.#own();
    if (this.#document.title !== title.trim()) this.#document.title = title;
    this.#hasStart = start !== "";
    if (start) this.#starts.add(start);
  }

  /** As the page has it. */
  #own() {
    let { title } = this.#document;
    for (;;) {
      // Of an empty title, only the start is left, without its space.
      const start = [...this.#starts].find((start) => `${title} `.startsWith(start));
      if (start === undefined) return title;
      title = title.slice(start.length);
    }
  }
}

class Icon {
  #document;
  /** @type {Map<Element, (string | null)[] | undefined>} What the page's icons were; undefined: there was none. */
  #before = new Map();
  /** @type {string | undefined} The address of what is shown. */
  #shown;
  /** @type {string | undefined} The address of what it was made from, or is being made. */
  #source;
  /** A policy of the page forbids it. */
  #isBlocked = false;

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
  }

  async show() {
    if (this.#isBlocked) return;
    const links = this.#links();
    const own = links.filter((link) => link.getAttribute("href") !== this.#shown);
    if (links.length > 0 && own.length === 0) return;
    // Of several, the last one counts; without any, browsers look in this place.
    const source = own.at(-1)?.href ?? new URL("/favicon.ico", this.#document.baseURI).href;
    if (source === this.#source) {
      // Put back by the page as it was, or not ready yet.
      if (this.#shown) this.#put(this.#shown);
      return;
    }
    this.#source = source;
    const address = await dotted(this.#document, source);
    if (this.#source !== source) return;
    if (address) this.#put(address);
    else this.#isBlocked = true;
  }

  hide() {
    this.#source = undefined;
    for (const [link, before] of this.#before) {
      if (link.getAttribute("href") !== this.#shown) continue;
      if (!before) link.remove();
      else MEMBERS.forEach((name, index) => before[index] !== null && link.setAttribute(name, before[index]));
    }
    this.#before.clear();
    this.#shown = undefined;
  }

  #links() {
    return [...this.#document.head.querySelectorAll(ICONS)];
  }

  /** All of them: which one a browser prefers is its own affair. @param {string} address */
  #put(address) {
    const links = this.#links();
    if (links.length === 0) {
      const link = this.#document.createElement("link");
      link.rel = "icon";
      this.#before.set(link, undefined);
      this.#document.head.append(link);
      links.push(link);
    }
    for (const link of links) {
      if (link.hasAttribute("href") && link.getAttribute("href") !== this.#shown) {
        this.#before.set(link, MEMBERS.map((name) => link.getAttribute(name)));
      }
      for (const name of MEMBERS) link.removeAttribute(name);
      link.setAttribute("href", address);
    }
    this.#shown = address;
  }
}

/**
 * The icon at an address with a dot on it, as an address of its own; nothing if the page may not show that.
 *
 * @param {Document} document
 * @param {string} source
 */
async function dotted(document, source) {
  const { protocol, origin } = new URL(source);
  // Of another origin it cannot be read; asking for it would only be noise.
  const isReadable = protocol === "data:" || protocol === "blob:" || origin === new URL(document.baseURI).origin;
  const icon = isReadable ? await picture(document, source) : undefined;
  const address = drawn(document, icon);
  return address && (await picture(document, address)) ? address : undefined;
}

/**
 * @param {Document} document
 * @param {string} address
 */
async function picture(document, address) {
  const image = document.createElement("img");
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return undefined;
  }
}

/**
 * @param {Document} document
 * @param {HTMLImageElement | undefined} icon
 */
function drawn(document, icon) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  if (icon) context.drawImage(icon, 0, 0, SIZE, SIZE);
  else {
    context.save();
    context.scale(SIZE / 24, SIZE / 24);
    // Seen on light and on dark.
    context.fillStyle = "#808694";
    context.fill(new Path2D(BELL));
    context.restore();
  }
  const dot = (radius) => {
    context.beginPath();
    context.arc(SIZE - 17, 17, radius, 0, 2 * Math.PI);
    context.fill();
  };
  // A gap around it, so that it is one on every icon.
  context.globalCompositeOperation = "destination-out";
  dot(21);
  context.globalCompositeOperation = "source-over";
  context.fillStyle = DOT;
  dot(16);
  try {
    return canvas.toDataURL();
  } catch {
    // Of another origin by way of a redirect.
    return icon && drawn(document, undefined);
  }
}
