/**
 * The bell that is there before the wasm is: the same button, without a number, which is not known yet.
 */

const SVG = "http://www.w3.org/2000/svg";
/** How long after the end of a press its click may come: of a finger on a page that can be zoomed by two taps. */
const CLICK_MS = 400;
/** How long a press may take whose end nobody tells. */
const PRESS_MS = 10000;

/** The part of the element's own style sheet (tokens.css, bell.css) that the early bell is drawn with: kept alike by a test. */
const EARLY_STYLE = `
:host { --nb-accent: light-dark(oklch(0.52 0.19 262), oklch(0.7 0.14 258)); --nb-focus: var(--nb-accent); --nb-bell-size: 22px; display: inline-block; vertical-align: middle; line-height: 1 }
:host([hidden]) { display: none }
:host([theme="light"]) { color-scheme: light }
:host([theme="dark"]) { color-scheme: dark }
* { box-sizing: border-box }
button { position: relative; display: inline-grid; place-items: center; width: 40px; height: 40px; margin: 0; padding: 0; border: 0; border-radius: 8px; background: none; color: inherit; font: inherit; cursor: pointer; -webkit-tap-highlight-color: transparent; transition: background-color 120ms ease-out }
button:hover, [aria-expanded="true"] { background: color-mix(in oklab, currentColor 9%, transparent) }
:focus-visible { outline: 2px solid var(--nb-focus); outline-offset: -2px }
span { display: grid; place-items: center }
svg { display: block; width: var(--nb-bell-size); height: var(--nb-bell-size); fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
@media (prefers-reduced-motion: reduce) { button { transition: none } }
`;
const BELL =
  "M6 10a6 6 0 1 1 12 0c0 4.2 1.4 5.8 2 6.5.3.4 0 1-.5 1h-15c-.5 0-.8-.6-.5-1 .6-.7 2-2.3 2-6.5ZM10 20.5a2.2 2.2 0 0 0 4 0";

/**
 * Draws it into a shadow tree, in the place of what is there.
 *
 * @param {ShadowRoot} root
 * @param {() => void} click
 * @param {(isHeld: boolean) => void} hold Is told when a press begins, and when it is over, its click included.
 */
export function drawBell(root, click, hold) {
  const document = root.ownerDocument;
  // The constructor of the document's own window: an element may live in a frame.
  const sheet = new document.defaultView.CSSStyleSheet();
  sheet.replaceSync(EARLY_STYLE);
  root.adoptedStyleSheets = [sheet];

  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", BELL);
  svg.append(path);
  const slot = document.createElement("slot");
  slot.name = "bell";
  slot.append(svg);
  const clapper = document.createElement("span");
  clapper.append(slot);
  const button = document.createElement("button");
  button.type = "button";
  button.part = "bell";
  button.ariaLabel = "Notifications";
  button.ariaHasPopup = "dialog";
  button.append(clapper);

  let timer;
  const letGo = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(hold, ms, false);
  };
  const press = () => {
    hold(true);
    letGo(PRESS_MS);
  };
  const on = (type, listener) => button.addEventListener(type, listener);
  // Not by `:active`, which a finger's tap has late or not at all.
  on("pointerdown", press);
  on("keydown", (event) => event.key === " " && !event.repeat && press());
  // A pointer that is gone, by whatever way, has left; a key's end goes to where the focus is.
  for (const type of ["pointerup", "pointerleave", "contextmenu", "keyup", "blur"]) on(type, () => letGo(CLICK_MS));
  on("click", () => {
    click();
    // After all that the page does with the click.
    letGo(0);
  });
  root.replaceChildren(button);
}
