// The form that sends a notification to the signed-in user, and says at each field what the server minds about it.

const OPTIONAL = ["body", "url", "category"];

/** Connects the form; `currentUserId` tells who it sends to, or nothing while nobody is signed in. */
export function setUpComposer(form, currentUserId) {
  const outcome = form.querySelector("[role=status]");
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const userId = currentUserId();
    // A second press while the first is under way would send twice. `disabled` would take the focus away.
    if (!userId || button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    clearProblems(form);
    say(outcome, "", "Sending…");
    try {
      await send(form, userId, outcome);
    } catch {
      say(outcome, "bad", "The server does not answer. Nothing was sent.");
    } finally {
      button.ariaDisabled = "false";
    }
  });
}

async function send(form, userId, outcome) {
  const response = await fetch("/demo/send", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(notificationOf(form, userId)),
  });
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  if (!isJson) {
    say(outcome, "bad", `The server answered ${response.status}. Nothing was sent.`);
    return;
  }
  const answer = await response.json();
  if (response.ok) {
    say(outcome, "good", "Sent as ", answer.id);
  } else {
    showProblem(form, outcome, answer, response.headers.get("Retry-After"));
  }
}

/** The body of `POST /api/v1/notifications`; an empty optional field is left out. */
function notificationOf(form, userId) {
  const { title, body, url, category, priority } = Object.fromEntries(new FormData(form));
  const notification = { to: { users: [userId] }, title, body, url, category, priority };
  for (const member of OPTIONAL) if (!notification[member]) delete notification[member];
  return notification;
}

/** Puts each error of an RFC 9457 problem beside its field, and the rest below the form. */
function showProblem(form, outcome, problem, retryAfterSeconds) {
  const elsewhere = [];
  let first;
  for (const { pointer, detail } of problem.errors ?? []) {
    const place = form.querySelector(`[data-problem="${CSS.escape(pointer.split("/")[1] ?? "")}"]`);
    if (!place) {
      elsewhere.push(pointer ? `${pointer}: ${detail}` : detail);
      continue;
    }
    const field = form.elements[place.dataset.problem];
    place.textContent = detail;
    place.hidden = false;
    field.ariaInvalid = "true";
    field.setAttribute("aria-describedby", place.id);
    first ??= field;
  }
  const wait = retryAfterSeconds ? `Try again in ${retryAfterSeconds} s.` : "";
  say(outcome, "bad", [problem.detail || problem.title, ...elsewhere, wait].filter(Boolean).join(" ") + " ", problem.code);
  first?.focus();
}

function clearProblems(form) {
  for (const place of form.querySelectorAll("[data-problem]")) {
    place.hidden = true;
    place.textContent = "";
    const field = form.elements[place.dataset.problem];
    field.ariaInvalid = null;
    field.removeAttribute("aria-describedby");
  }
}

/** One sentence, and an id or a code after it. */
function say(outcome, kind, text, code) {
  outcome.className = "outcome " + kind;
  outcome.replaceChildren(text);
  if (code) {
    const element = document.createElement("code");
    element.textContent = code;
    outcome.append(element);
  }
}
