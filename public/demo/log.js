// The live log: every event of the element, newest first, each with its detail to unfold.

const NAMES = ["ready", "open", "close", "item-click", "action", "received", "counts", "proof-expired", "error"];
const KEPT = 100;

/** Listens on the document, as a page would that has several bells. */
export function setUpLog() {
  const list = document.getElementById("log");
  const nothing = document.getElementById("log-nothing");
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

  for (const name of NAMES) {
    const type = "notification-bell-" + name;
    document.addEventListener(type, (event) => {
      list.prepend(entry(clock.format(new Date()), type, event.detail));
      if (list.childElementCount > KEPT) list.lastElementChild.remove();
      nothing.hidden = true;
    });
  }
  document.getElementById("clear-log").addEventListener("click", () => {
    list.replaceChildren();
    nothing.hidden = false;
  });
}

function entry(time, type, detail) {
  const summary = element("summary", "");
  summary.append(element("time", "", time), element("span", "type", type), element("span", "gist", gistOf(detail)));
  const details = element("details", "");
  const json = element("pre", "", JSON.stringify(detail ?? null, null, 2));
  json.dir = "ltr";
  details.append(summary, json);
  const item = element("li", "");
  item.append(details);
  return item;
}

/** The few words that matter of a detail. */
function gistOf(detail) {
  if (detail?.message) return detail.code ? `${detail.code}: ${detail.message}` : detail.message;
  if (detail?.item) return detail.action ? `${detail.action.label}: ${detail.item.title}` : detail.item.title;
  if (detail?.counts) return `${detail.counts.unread} unread of ${detail.counts.total}`;
  return "";
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
