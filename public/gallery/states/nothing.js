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
    {
      ...empty("empty-category", "Nothing of a category", "all", day),
      note: "Its last item was archived.",
      after: async ({ part, press, hold, root, until }) => {
        const chip = () => [...root.querySelectorAll(".chip")].find((chip) => chip.textContent.includes("Invoices"));
        await until(chip);
        chip().click();
        await until(() => root.querySelectorAll("[part=item]").length === 1);
        await press("e");
        await until(() => part("empty"));
        hold();
      },
    },
    empty("empty-snoozed", "Nothing snoozed", "snoozed", day),
    empty("empty-archived", "The archive is empty", "archived", day),
  ],
};
