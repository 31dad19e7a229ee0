// The gallery: a list of states, and the one that the address names, on a stage of its own.

import { setUpCopying } from "/demo/copy.js";
import { RIGHT_TO_LEFT } from "/demo/settings.js";
import { setUpPlayground } from "./playground.js";
import { GROUPS, STATES } from "./states.js";

const KEY = "gallery-looks";

const byId = (id) => document.getElementById(id);
const looks = byId("looks");
const stage = byId("stage");
const choice = byId("state-choice");
const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");

let tokens = {};

const stateOfAddress = () => STATES.find(({ id }) => `#${id}` === location.hash);
const current = () => stateOfAddress() ?? STATES.find(({ id }) => id === "day");
const wanted = () => Object.fromEntries(new FormData(looks));

/** What stands on the stage now, once it is there. */
const onStage = () => stage.contentWindow?.stage;

function listStates() {
  byId("states").append(
    ...GROUPS.map(({ title, states }) => {
      const heading = Object.assign(document.createElement("h2"), { textContent: title });
      const list = document.createElement("ul");
      list.role = "list";
      list.append(
        ...states.map(({ id, title }) => {
          const entry = document.createElement("li");
          entry.append(Object.assign(document.createElement("a"), { href: `#${id}`, textContent: title }));
          return entry;
        }),
      );
      const group = document.createElement("section");
      group.append(heading, list);
      return group;
    }),
  );
  choice.append(
    ...GROUPS.map(({ title, states }) => {
      const group = Object.assign(document.createElement("optgroup"), { label: title });
      group.append(...states.map(({ id, title }) => new Option(title, id)));
      return group;
    }),
  );
}

function addressOf(state) {
  const { theme, dir, lang } = wanted();
  const address = new URL("/gallery/stage.html", location.href);
  for (const [name, value] of Object.entries({ state: state.id, theme, dir, lang })) address.searchParams.set(name, value);
  // A clock that stands still for the gallery stands still for its stage.
  const now = new URL(location.href).searchParams.get("now");
  if (now) address.searchParams.set("now", now);
  return address.href;
}

/** Puts the state of the address on the stage. */
function show() {
  const state = current();
  byId("title").textContent = state.title;
  byId("note").textContent = state.note ?? "";
  byId("alone").href = addressOf(state);
  choice.value = state.id;
  for (const link of byId("states").querySelectorAll("a")) {
    if (link.hash === `#${state.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  // Not by `src`: each state would be another step back in the history.
  const before = document.activeElement;
  stage.contentWindow.location.replace(addressOf(state));
  stage.addEventListener("load", () => welcome(before), { once: true });
}

/** Dresses what has come onto the stage. It opens its panel, which takes the focus: that stays with the list. */
function welcome(before) {
  const window = stage.contentWindow;
  const dress = () => {
    onStage()?.dress({ tokens });
    playground.refresh();
    if (document.activeElement === stage && before?.isConnected && before !== document.body) before.focus();
  };
  if (window.document.documentElement.dataset.stage === "ready") dress();
  else window.addEventListener("stage-ready", dress, { once: true });
}

function applyLooks() {
  const { size, theme, lang, dir } = wanted();
  document.documentElement.dataset.theme = theme;
  stage.parentElement.dataset.size = size;
  onStage()?.dress({ theme, lang, dir });
  byId("alone").href = addressOf(current());
  sessionStorage.setItem(KEY, JSON.stringify({ size, theme, lang, dir }));
  playground.refresh();
}

const playground = setUpPlayground({
  bell: () => onStage()?.bell,
  theme: () => wanted().theme,
  change(chosen) {
    tokens = chosen;
    onStage()?.dress({ tokens });
  },
});

listStates();
setUpCopying();
for (const [name, value] of Object.entries(stored)) if (looks.elements[name]) looks.elements[name].value = value;
looks.addEventListener("change", ({ target }) => {
  if (target.name === "lang") looks.elements.dir.value = RIGHT_TO_LEFT.has(target.value) ? "rtl" : "ltr";
  applyLooks();
});
looks.addEventListener("submit", (event) => event.preventDefault());
choice.addEventListener("change", () => (location.hash = choice.value));
// Any other part of the address is a place on this page, as that of the skip link.
addEventListener("hashchange", () => stateOfAddress() && show());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", playground.refresh);
applyLooks();
show();
