// Theme, language and direction of the page and its bell, kept for this tab.

const KEY = "demo-settings";

/** The languages, of those that the bell speaks, that are written from right to left. */
export const RIGHT_TO_LEFT = new Set(["ar", "he"]);

/** Applies what the tab had before, then every change. */
export function setUpSettings(form, bell) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  for (const [name, value] of Object.entries(kept)) {
    const choice = form.elements[name];
    if (choice) choice.value = value;
  }
  // A tab may have kept a language that is not offered any more.
  if (!form.elements.lang.value) form.elements.lang.value = "en";
  const apply = () => {
    const { theme, lang, dir } = Object.fromEntries(new FormData(form));
    const page = document.documentElement;
    page.dataset.theme = theme;
    page.lang = lang;
    page.dir = dir;
    bell.setAttribute("theme", theme);
    sessionStorage.setItem(KEY, JSON.stringify({ theme, lang, dir }));
  };
  form.addEventListener("change", ({ target }) => {
    // As a site in that language would run; the switch beside it still turns it round.
    if (target.name === "lang") form.elements.dir.value = RIGHT_TO_LEFT.has(target.value) ? "rtl" : "ltr";
    apply();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
