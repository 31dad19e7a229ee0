// What a page makes of it: slots and themes of its own.

import { day } from "../items.js";
import { PRESETS } from "../presets.js";

const own = (name, slot, text, more = {}) => Object.assign(document.createElement(name), { slot, textContent: text, ...more });

const icon = () => Object.assign(new Image(22, 22), { slot: "bell", src: "/demo/mark.svg", alt: "" });

export const pages = {
  title: "Made one's own",
  states: [
    {
      id: "slots",
      title: "Own slots",
      note: "A bell, a heading and a foot of the page's own.",
      items: day,
      dress: (bell) =>
        bell.append(
          icon(),
          own("strong", "header", "News of the house"),
          own("a", "footer", "All notifications", { href: "/" }),
        ),
    },
    {
      id: "slot-empty",
      title: "Own words for nothing",
      dress: (bell) => bell.append(own("p", "empty", "The presses are quiet.", { className: "quiet-words" })),
    },
    {
      id: "inline",
      title: "In the page",
      note: "Without a bell, always open: for a page of its own.",
      items: day,
      attributes: { inline: "" },
      dress: (bell) => {
        for (const card of document.querySelectorAll(".shop-card")) card.remove();
        document.querySelector(".shop-page").append(bell);
      },
    },
    {
      id: "own-items",
      title: "Own items",
      note: "Drawn by a function of the page's, renderItem, in the place of picture and text.",
      items: day,
      dress: (bell) => {
        bell.renderItem = ({ title, category }) => {
          const box = document.createElement("p");
          box.append(Object.assign(document.createElement("b"), { textContent: category }), " ", title);
          return box;
        };
      },
    },
    {
      id: "theme",
      title: "Own theme",
      note: "Colours, corners and sizes by custom properties. The playground makes others.",
      items: day,
      tokens: PRESETS.find(({ id }) => id === "warm").tokens,
    },
  ],
};
