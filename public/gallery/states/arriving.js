// What comes in while the panel is closed, in a corner of the screen.

import { ago, day, item, open } from "../items.js";

const news = (title, more) => item(title, { ...more, createdAt: ago(5_000) });

/** Has them come in, and keeps them on the screen as the mouse on them would. */
const come = (...items) => async ({ inbox, find, root, until }) => {
  for (const one of items) inbox.arrive(one());
  await until(() => root.querySelectorAll("[part=toast-item]").length === items.length);
  find("arrivals").dispatchEvent(new MouseEvent("mouseenter"));
};

const question = () =>
  news("Where is my parcel?", { category: "Questions", url: "/", body: "Question 2214 on order 1034, which was sent on Monday." });
const proof = () =>
  news("Proof 1049 waits for you", { category: "Proofs", body: "Concert tickets, second version.", actions: [open] });
const stopped = () =>
  news("Press 2 has stopped", { category: "House", priority: "high", body: "The paper has run out. Somebody has to look." });

export const arrivals = {
  title: "Something comes in",
  states: [
    {
      id: "toast",
      title: "One comes in",
      note: "It goes after a while, and stays under the mouse and the focus.",
      items: day,
      isOpen: false,
      attributes: { toasts: "bottom-end" },
      after: come(question),
    },
    {
      id: "toasts",
      title: "Three, and one of them important",
      note: "What is important stays until somebody takes it away.",
      items: day,
      isOpen: false,
      attributes: { toasts: "bottom-end" },
      after: come(stopped, question, proof),
    },
  ],
};
