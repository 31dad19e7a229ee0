// The copy buttons, and the mark in the list of calls at the one that is read.

import { setUpCopying } from "./copy.js";

setUpCopying();

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
