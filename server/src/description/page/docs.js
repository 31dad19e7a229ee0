// The copy buttons, and the mark in the list of calls at the one that is read.

const SHOWN_FOR_MS = 2000;

const status = document.getElementById("copy-status");
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.firstChild;
  let reset;
  button.addEventListener("click", async () => {
    const copied = await copy(source);
    label.data = copied ? "Copied" : "Selected";
    status.textContent = copied ? "Copied to the clipboard" : "Selected. Copy it with your keyboard.";
    clearTimeout(reset);
    reset = setTimeout(() => {
      label.data = "Copy";
      status.textContent = "";
    }, SHOWN_FOR_MS);
  });
}

/** Copies; where the browser does not let the page, selects, so that a key press does the rest. */
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}

const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(target.id).setAttribute("aria-current", "true");
    }
  },
  // A line a third of the way down: what crosses it is what is read.
  { rootMargin: "-33% 0px -66% 0px" },
);
for (const id of links.keys()) {
  const target = document.getElementById(id);
  if (target?.matches("article, section:not(:has(article.call))")) seen.observe(target);
}
