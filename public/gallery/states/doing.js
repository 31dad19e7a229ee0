// What a reader does with items.

import { day } from "../items.js";

export const doing = {
  title: "Doing something",
  states: [
    {
      id: "focus",
      title: "An item in focus",
      note: "Its quick buttons are there, and its body is whole.",
      items: day,
      after: async ({ part }) => part("item").focus({ focusVisible: true }),
    },
    {
      id: "choosing",
      title: "Choosing several",
      note: "By a click, Space, and ranges with Shift; then all of them at once.",
      items: day,
      after: async ({ press, until, root }) => {
        await press("x");
        await until(() => root.querySelector("[role=toolbar]"));
        const boxes = root.querySelectorAll("[role=checkbox]");
        boxes[2].click();
        await until(() => boxes[2].ariaChecked === "true");
      },
    },
    {
      id: "undo",
      title: "Archived · Undo",
      note: "The message stays as long as the mouse or the focus is on it.",
      items: day,
      after: async ({ find, press, hold, until }) => {
        await press("e");
        await until(() => find("undo"));
        hold();
      },
    },
    {
      id: "snooze",
      title: "Snooze until",
      items: day,
      after: async ({ press, until, root }) => {
        await press("s");
        await until(() => root.querySelector("[role=menuitem]:focus"));
      },
    },
    {
      id: "snooze-own",
      title: "A time of one's own",
      items: day,
      after: async ({ press, until, root }) => {
        await press("s");
        await until(() => root.querySelector("[role=menuitem]"));
        [...root.querySelectorAll("[role=menuitem]")].at(-1).click();
        await until(() => root.activeElement?.matches("input"));
      },
    },
  ],
};
