/**
 * The options of the element: how each is spelled as an attribute, and its property.
 */

/** Each option: its property, and the spellings of its attribute, the one that is written first. */
export const OPTIONS = {
  apiUrl: ["apiurl", "api-url"],
  apiKey: ["apikey", "api-key"],
  userId: ["userid", "user-id"],
  userHmac: ["userhmac", "user-hmac"],
  userToken: ["usertoken", "user-token"],
  session: ["session"],
  locale: ["locale"],
  messages: ["messages"],
  theme: ["theme"],
  placement: ["placement"],
  view: ["view"],
  toasts: ["toasts"],
  pageBadge: ["pagebadge", "page-badge"],
  panelWidth: ["panelwidth", "panel-width"],
  panelHeight: ["panelheight", "panel-height"],
};
export const SWITCHES = ["mock", "open", "inline", "headless", "sound", "desktop", "cache"];

/** The options that say who the user is, and where. */
export const IDENTITY = new Set(
  ["apiUrl", "apiKey", "userId", "userHmac", "userToken"].flatMap((property) => OPTIONS[property]).concat("mock"),
);

/**
 * What an option's attribute says, however it is spelled.
 *
 * @param {Element} element
 * @param {string} property
 */
export function written(element, property) {
  return OPTIONS[property].map((name) => element.getAttribute(name)).find((value) => value !== null) ?? null;
}

/**
 * What is given, as JSON. A member that JSON cannot say becomes null and is complained of, not left out in silence.
 *
 * @param {unknown} value
 */
export function jsonOf(value) {
  const sayable = (_, member) => (/^(string|object|undefined)$/.test(typeof member) ? member : null);
  try {
    return JSON.stringify(value, sayable);
  } catch {
    // An object that contains itself: the text of it is no JSON, and is complained of too.
    return String(value);
  }
}

/**
 * Gives a class the property of each option that it does not have yet: those are no more than their attributes.
 *
 * @param {object} prototype
 */
export function defineOptions(prototype) {
  const define = (name, get, set) =>
    Object.defineProperty(prototype, name, { configurable: true, enumerable: true, get, set });
  for (const [property, [first, ...others]] of Object.entries(OPTIONS)) {
    // What is more than an attribute is in the class.
    if (Object.hasOwn(prototype, property)) continue;
    define(
      property,
      function () {
        return written(this, property);
      },
      function (value) {
        if (value === null || value === undefined) this.removeAttribute(first);
        else this.setAttribute(first, value);
        for (const name of others) this.removeAttribute(name);
      },
    );
  }
  for (const name of SWITCHES) {
    define(
      name,
      function () {
        return this.hasAttribute(name);
      },
      function (value) {
        this.toggleAttribute(name, Boolean(value));
      },
    );
  }
}
