// Where there are no items: not yet, or none.

import { day } from "../items.js";
import { silence } from "../stand-in.js";

const empty = (id, title, view, items) => ({ id, title, items, attributes: { view } });

export const nothing = {
  title: "Nothing there",
  states: [
    {
      id: "loading",
      title: "Loading",
      note: "The server takes its time.",
      answers: ({ path, signal }) => (path === "/inbox" ? silence(signal) : undefined),
      isThere: ({ find }) => find("loading"),
    },
    empty("empty", "Nothing new", "all"),
    empty("empty-unread", "All read", "unread", () => day().slice(3)),
    empty("empty-snoozed", "Nothing snoozed", "snoozed", day),
    empty("empty-archived", "The archive is empty", "archived", day),
  ],
};
