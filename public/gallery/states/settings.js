// The settings: what the reader is told by, and which categories reach the inbox.

import { day } from "../items.js";
import { problem, silence } from "../stand-in.js";

const opened = async ({ find, until }, isThere) => {
  find("settings-open").click();
  await until(isThere);
};
const hasSwitch = ({ root }) => () => root.querySelector("[role=switch]");

const DECLARED = [
  { name: "House", label: "News of the house", enabled: false, canBeTurnedOff: true },
  { name: "Invoices", label: "Invoices and reminders", enabled: true, canBeTurnedOff: false },
  { name: "Proofs", label: "Proofs", enabled: true, canBeTurnedOff: true },
];

export const settings = {
  title: "Settings",
  states: [
    {
      id: "settings",
      title: "Settings",
      note: "What is turned off is as if it were not there, and comes back as it was.",
      items: day,
      after: async (hands) => {
        await opened(hands, hasSwitch(hands));
        const house = [...hands.root.querySelectorAll("[role=switch]")][0];
        house.click();
        await hands.until(() => house.ariaChecked === "false");
      },
    },
    {
      id: "settings-sound",
      title: "With a sound",
      note: "Where the page offers it. The browser asks before it shows notifications of its own.",
      items: day,
      attributes: { sound: "" },
      after: (hands) => opened(hands, hasSwitch(hands)),
    },
    {
      id: "settings-locked",
      title: "Declared categories",
      note: "They have the names that the project gave them; what cannot be turned off says so.",
      items: day,
      answers: ({ path }) => (path === "/preferences" ? Response.json({ categories: DECLARED }) : undefined),
      after: (hands) => opened(hands, hasSwitch(hands)),
    },
    {
      id: "settings-none",
      title: "No categories",
      after: (hands) => opened(hands, () => hands.part("settings") && !hands.find("loading")),
    },
    {
      id: "settings-error",
      title: "Settings that do not load",
      items: day,
      answers: ({ path }) => (path === "/preferences" ? problem(503, "storage_unavailable") : undefined),
      after: (hands) => opened(hands, () => hands.find("more-failed")),
    },
    {
      id: "settings-loading",
      title: "Settings on their way",
      items: day,
      answers: ({ path, signal }) => (path === "/preferences" ? silence(signal) : undefined),
      after: (hands) => opened(hands, () => hands.part("settings")),
    },
  ],
};
