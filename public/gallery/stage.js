// One state, alone on a page: `stage.html?state=…&theme=…&lang=…&dir=…&now=…&font=…`.
//
// When all of it is drawn, the page has `data-stage="ready"`, and says so to the page that it is a frame of.

import { handsOf } from "./hands.js";
import { StandIn } from "./stand-in.js";
import { STATES } from "./states.js";
import { setTokens } from "./tokens.js";

const asked = new URL(location.href).searchParams;
const page = document.documentElement;
const bell = document.querySelector("notification-bell");
const state = STATES.find(({ id }) => id === asked.get("state")) ?? STATES[0];
let tokens = {};

/** How the page looks and speaks; what is not said stays. A state's own language and
 * direction come first; its own theme goes for one that is chosen. */
function dress({ theme, lang, dir, tokens: chosen }) {
  if (theme) {
    page.dataset.theme = theme;
    bell.setAttribute("theme", theme);
  }
  if (lang) page.lang = state.lang ?? lang;
  if (dir) {
    page.dir = state.dir ?? dir;
    // The bell is at the other side now, and an open panel looks for it when the page has changed its size.
    dispatchEvent(new Event("resize"));
  }
  if (chosen) {
    const worn = Object.keys(chosen).length > 0 ? chosen : (state.tokens ?? {});
    setTokens(bell, tokens, worn);
    tokens = worn;
  }
}

async function show() {
  const inbox = new StandIn(state.id, state.items?.() ?? [], state.answers);
  if (asked.has("font")) page.style.fontFamily = asked.get("font");
  dress({
    theme: asked.get("theme") ?? "auto",
    lang: asked.get("lang") ?? "en",
    dir: asked.get("dir") ?? "ltr",
    tokens: {},
  });
  state.dress?.(bell);
  const attributes = {
    apiUrl: inbox.apiUrl,
    apiKey: "pk_gallery",
    // Of its own: bells of one user in several tabs share a stream, and each has another server here.
    userId: `reader-${crypto.randomUUID()}`,
    ...(state.isSignedOut ? {} : { userHmac: "gallery" }),
    ...state.attributes,
  };
  for (const [name, value] of Object.entries(attributes)) bell.setAttribute(name, value);
  bell.open = state.isOpen !== false;

  await customElements.whenDefined("notification-bell");
  const hands = handsOf(bell, inbox);
  const isThere = state.isThere ?? (bell.open ? hands.isShown : () => hands.part("bell"));
  await hands.until(() => hands.part("panel") && isThere(hands));
  await hands.settle();
  await state.after?.(hands);
  await hands.settle();
  page.dataset.stage = "ready";
  dispatchEvent(new Event("stage-ready"));
}

globalThis.stage = { bell, state, states: STATES, dress };
await show();
