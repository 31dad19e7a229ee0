// Puts the demo page together: signs the bell in, and fills everything that shows whose keys these are.

import { setUpComposer } from "./composer.js";
import { setUpCopying } from "./copy.js";
import { setUpLog } from "./log.js";
import { setUpSettings } from "./settings.js";
import { loadProgram } from "./programs.js";
import { curl, programs, runHmac, runSend, tag } from "./snippets.js";
import { loadState, NoBackend, PLACEHOLDERS } from "./state.js";

const USER_KEY = "demo-user";
/** Sending takes no program: this call is the first choice. */
const CURL = "curl";

const byId = (id) => document.getElementById(id);
const bell = byId("bell");
const users = byId("user");
let values = PLACEHOLDERS;
let signedIn = false;
let pending = new AbortController();

function show(target, parts) {
  target.querySelector("code").replaceChildren(
    ...parts.map((part) => {
      if (part.value === undefined) return part;
      const value = document.createElement("span");
      value.className = "value";
      value.textContent = part.value;
      return value;
    }),
  );
}

const language = (form) => new FormData(form).get("language");

/** Shows a program in its place, unless another was chosen while it was fetched. */
async function showProgram(place, file, isChosen) {
  const text = await loadProgram(file);
  if (isChosen()) show(place, [text]);
}

function showHmac() {
  const form = byId("hmac-form");
  const chosen = language(form);
  show(byId("hmac-run"), runHmac(chosen, values));
  return showProgram(byId("hmac"), programs[chosen].hmac, () => language(form) === chosen);
}

function showSend() {
  const form = byId("send-form");
  const chosen = language(form);
  byId("send-run-foot").hidden = chosen === CURL;
  if (chosen === CURL) {
    show(byId("curl"), curl(values));
    return undefined;
  }
  show(byId("send-run"), runSend(chosen, values));
  return showProgram(byId("curl"), programs[chosen].send, () => language(form) === chosen);
}

function showValues() {
  const label = values.users.find((user) => user.id === values.userId)?.label ?? "the user";
  for (const place of document.querySelectorAll("[data-user-label]")) place.textContent = label;
  for (const place of document.querySelectorAll("[data-user-id]")) place.textContent = values.userId;
  for (const place of document.querySelectorAll("[data-user-hmac]")) place.textContent = values.userHmac;
  for (const column of document.querySelectorAll("[data-label]")) {
    column.classList.toggle("yours", column.dataset.label === label);
  }
  byId("hmac-result").hidden = !signedIn;
  show(byId("tag"), tag(values));
  showHmac();
  showSend();
}

function showUsers() {
  users.replaceChildren(
    ...values.users.map((user) => new Option(user.label, user.id, false, user.id === values.userId)),
  );
  users.disabled = false;
}

/** Who is signed in changes with its proof in one task, so that the element sees one change. */
async function signIn(userId) {
  pending.abort();
  pending = new AbortController();
  try {
    values = await loadState(userId, pending.signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof NoBackend)) throw error;
    // A user that this server does not know must not stay in the way of the next load.
    sessionStorage.removeItem(USER_KEY);
    goWithoutBackend(error.message);
    return;
  }
  for (const name of ["apiUrl", "apiKey", "userId", "userHmac"]) bell.setAttribute(name, values[name]);
  signedIn = true;
  sessionStorage.setItem(USER_KEY, values.userId);
  byId("composer-fields").disabled = false;
  byId("no-backend").hidden = true;
  showUsers();
  showValues();
}

/** A page that was signed in stays so: its backend may come back. Another one shows the element's own sample items. */
function goWithoutBackend(reason) {
  byId("no-backend-reason").textContent = reason;
  byId("no-backend").hidden = false;
  if (signedIn) users.value = values.userId;
  else bell.setAttribute("mock", "");
}

/** The choice of a language, the first of which counts. */
function setUpLanguages(form, languages, changed) {
  for (const name of languages) {
    const choice = document.createElement("input");
    choice.type = "radio";
    choice.name = "language";
    choice.value = name;
    choice.defaultChecked = name === languages[0];
    const text = document.createElement("span");
    text.textContent = name;
    const label = document.createElement("label");
    label.append(choice, text);
    form.firstElementChild.append(label);
  }
  form.addEventListener("change", changed);
}

setUpSettings(byId("settings"), bell);
setUpLog();
setUpCopying();
setUpLanguages(byId("hmac-form"), Object.keys(programs), showHmac);
setUpLanguages(byId("send-form"), [CURL, ...Object.keys(programs).filter((name) => name !== "Shell")], showSend);
setUpComposer(byId("composer"), () => (signedIn ? values.userId : null));
users.addEventListener("change", () => signIn(users.value));
showValues();
await signIn(sessionStorage.getItem(USER_KEY));
