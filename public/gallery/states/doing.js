// What a reader does with items.

import { day } from "../items.js";
import { silence } from "../stand-in.js";

/** Opens the field for a time of one's own. */
async function choosesTime({ press, until, root }) {
  await press("s");
  await until(() => root.querySelector("[role=menuitem]"));
  [...root.querySelectorAll("[role=menuitem]")].at(-1).click();
  await until(() => root.activeElement?.matches("input"));
}

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
      after: choosesTime,
    },
    {
      id: "snooze-refused",
      title: "A time that is not taken",
      note: "It is over already, and the field says so.",
      items: day,
      after: async (hands) => {
        await choosesTime(hands);
        const field = hands.root.activeElement;
        field.value = "2020-01-01T08:00";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await hands.until(() => hands.find("snooze-refusal").textContent.trim());
      },
    },
    {
      id: "working",
      title: "A button at work",
      note: "Until the server has answered, it cannot be used again.",
      items: day,
      answers: ({ method, signal }) => (method === "PATCH" ? silence(signal) : undefined),
      after: async ({ part, find, until }) => {
        part("action").click();
        await until(() => find("working"));
      },
    },
    {
      id: "marked-all",
      title: "All of it read · Undo",
      note: "The message says of how many, and takes back exactly those.",
      items: day,
      after: async ({ find, hold, until }) => {
        find("mark-all").click();
        await until(() => find("undo"));
        hold();
      },
    },
  ],
};
