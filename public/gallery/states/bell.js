// The bell itself, with the panel closed.

import { day, many } from "../items.js";

const counts = (count) => ({ unread }) => unread === count;

export const bell = {
  title: "The bell",
  states: [
    { id: "badge-none", title: "Nothing unread", note: "No badge.", isOpen: false },
    {
      id: "badge-3",
      title: "3 unread",
      note: "The badge has the number, and so has the name of the button.",
      items: day,
      isOpen: false,
      isThere: counts(3),
    },
    {
      id: "badge-99",
      title: "More than 99",
      note: "The badge grows no wider than this.",
      items: () => many(140, 140),
      isOpen: false,
      isThere: counts(140),
    },
  ],
};
