// Theme, language and direction of the page and its bell, kept for this tab.

const KEY = "demo-settings";

/** Applies what the tab had before, then every change. */
export function setUpSettings(form, bell) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  for (const [name, value] of Object.entries(kept)) {
    const choice = form.elements[name];
    if (choice) choice.value = value;
  }
  const apply = () => {
    const { theme, lang, dir } = Object.fromEntries(new FormData(form));
    const page = document.documentElement;
    page.dataset.theme = theme;
    page.lang = lang;
    page.dir = dir;
    bell.setAttribute("theme", theme);
    sessionStorage.setItem(KEY, JSON.stringify({ theme, lang, dir }));
  };
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
