// When something is wrong: at the server, on the way, or with who the reader is.

import { day, many } from "../items.js";
import { problem } from "../stand-in.js";

const refused = (id, title, note, status, code) => ({
  id,
  title,
  note,
  answers: ({ path }) => (path === "/session" ? problem(status, code) : undefined),
});

/** Archives the first item, and keeps what is said of it in the end. */
async function notSaid({ find, press, hold, until }) {
  await press("e");
  await until(() => find("toast") && !find("undo"));
  hold();
}

export const trouble = {
  title: "When something is wrong",
  states: [
    {
      id: "error",
      title: "The list does not load",
      note: "What happened in plain words, and one button to try again.",
      items: day,
      answers: ({ path }) => (path === "/inbox" ? problem(503, "storage_unavailable") : undefined),
    },
    {
      id: "error-more",
      title: "The rest does not load",
      note: "What was there stays.",
      items: () => many(80),
      answers: ({ path, parameters }) =>
        path === "/inbox" && parameters.has("cursor") ? problem(503, "storage_unavailable") : undefined,
      after: async ({ find, until }) => {
        const list = find("list");
        // Until all rows of the page before it are drawn, row by row, and have been measured.
        let frames = 0;
        await until(() => {
          list.scrollTop = list.scrollHeight;
          const foot = list.getBoundingClientRect().bottom;
          const isInView = find("more-failed")?.getBoundingClientRect().bottom <= foot;
          frames = isInView && list.querySelector('[aria-posinset="20"]') ? frames + 1 : 0;
          return frames > 2;
        });
      },
    },
    {
      id: "offline",
      title: "Offline",
      note: "A thin line; the list stays.",
      items: day,
      after: async ({ find, until }) => {
        Object.defineProperty(navigator, "onLine", { configurable: true, value: false });
        dispatchEvent(new Event("offline"));
        await until(() => find("offline"));
      },
    },
    {
      id: "not-saved",
      title: "Not saved",
      note: "The server refused a change: it is taken back, and said.",
      items: day,
      answers: ({ method }) => (method === "PATCH" ? problem(422, "validation_failed") : undefined),
      after: notSaid,
    },
    {
      id: "waits",
      title: "Saved, not sent",
      note: "The server is away: what was done stays as it is shown, and goes out when it is back.",
      items: day,
      answers: ({ method }) => (method === "PATCH" ? problem(503, "storage_unavailable") : undefined),
      after: notSaid,
    },
    refused("proof-wrong", "The proof is wrong", "Never more than that: a stranger learns nothing.", 401, "invalid_user_hmac"),
    refused("proof-expired", "The proof has expired", "The page is told too, and may set a fresh one.", 401, "user_hmac_expired"),
    refused("not-set-up", "Not set up", "The server does not know the key of the page.", 401, "unknown_api_key"),
    { id: "signed-out", title: "Signed out", note: "There is no proof of anybody.", isSignedOut: true },
  ],
};
