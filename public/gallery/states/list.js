// Items in the list, one kind or number of them in each state.

import { ago, approve, day, DAY_MS, HOUR_MS, item, many, MINUTE_MS, open } from "../items.js";

const LONG_TITLE =
  "The customer of the spring catalogue asks whether the inside pages could be printed on the uncoated paper of last " +
  "year, with the cover as it is now, and whether that could still be delivered by Friday of next week, before noon, " +
  "to both of their shops at once?";

const signIns = () => [
  item("Proof 1042 waits for you", { age: 4 * MINUTE_MS, category: "Proofs", body: "Due on Friday.", actions: [approve(), open] }),
  ...["Ghent", "Ghent", "Bruges", "Antwerp"].map((town, index) =>
    item(`Sign-in from ${town}`, {
      age: (12 + index * 34) * MINUTE_MS,
      category: "Safety",
      type: "sign-in",
      body: "A browser that was not used before.",
      read: index > 1,
    }),
  ),
  item("Invoice 3321 was paid", { age: 26 * HOUR_MS, category: "Invoices", body: "Business cards, €96.00, by card.", read: true }),
];

export const list = {
  title: "The list",
  states: [
    { id: "day", title: "A day", note: "What most readers see most of the time.", items: day },
    { id: "one", title: "One item", items: () => day().slice(0, 1) },
    { id: "many", title: "200 items", note: "Scroll: the next page is loaded on the way.", items: () => many(200) },
    {
      id: "pictures",
      title: "Pictures",
      note: "An icon, initials, a symbol where there are none, an image, and pictures that do not load.",
      items: () => [
        item("An icon of the sender's own", { age: MINUTE_MS, icon: "/demo/mark.svg", category: "Paperhouse" }),
        item("An image of what it is about", { age: 9 * MINUTE_MS, category: "Proofs", image: "/gallery/poster.svg" }),
        item("An image that does not load", { age: 20 * MINUTE_MS, category: "Museum", image: "/gallery/nothing.png" }),
        item("An icon that does not load", { age: HOUR_MS, icon: "/gallery/nothing.svg", category: "Field guide" }),
        item("… and no letter to begin with", { age: 2 * HOUR_MS, category: "→ …", read: true }),
        item("Neither category nor body", { age: DAY_MS, read: true }),
      ],
    },
    {
      id: "texts",
      title: "Long texts",
      note: "A title of 256 characters, a word of 80 letters, a body of many lines, and none.",
      items: () => [
        item(LONG_TITLE.padEnd(255, " and so on").slice(0, 255) + "?", { age: MINUTE_MS, category: "Questions" }),
        item("Paper".repeat(16), { age: HOUR_MS, category: "Folded".repeat(16), body: "Ream".repeat(60) }),
        item("A body of many lines", {
          age: 2 * HOUR_MS,
          body: `${LONG_TITLE} ${LONG_TITLE}\n${LONG_TITLE}`,
          category: "Questions",
          read: true,
        }),
        item("No body", { age: 3 * HOUR_MS, read: true }),
      ],
    },
    {
      id: "markup",
      title: "Markup",
      note: "Bold, italic, code and links; anything else is text.",
      items: () => [
        item("A body may have some markup", {
          age: 12 * MINUTE_MS,
          category: "Proofs",
          body: "**Approved** but for *one* page: see `cover-4.pdf`, or [the proof](/).",
        }),
        item("<b>No</b> HTML & no script", {
          age: HOUR_MS,
          category: "House",
          body: "<img src=x onerror=alert(1)> stays text, and so does [a link](javascript:alert(1)).",
          read: true,
        }),
      ],
    },
    {
      id: "actions",
      title: "Buttons of items",
      note: "Primary, plain and dangerous ones, five of them, long ones, and those that are done.",
      items: () => [
        item("Primary, plain, dangerous", {
          age: MINUTE_MS,
          category: "Proofs",
          actions: [approve(), open, { id: "reject", label: "Reject", style: "danger" }],
        }),
        item("Done", { age: HOUR_MS, category: "Proofs", actions: [approve({ done: true }), open], read: true }),
        item("As many as there may be", {
          age: 2 * HOUR_MS,
          category: "Questions",
          actions: ["Answer", "Hand over", "Ask the customer for the measurements again", "Close", "Mute"].map(
            (label, index) => ({ id: label, label, style: index === 0 ? "primary" : "default" }),
          ),
          read: true,
        }),
      ],
    },
    {
      id: "marks",
      title: "Marks",
      note: "Unseen, unread, read; high and low priority; one that expires, and one that came back.",
      items: () => [
        item("High priority", { age: MINUTE_MS, category: "Invoices", priority: "high", body: "Due today." }),
        item("Not seen yet", { age: 6 * MINUTE_MS, category: "Questions" }),
        item("Seen, and not read", { age: 40 * MINUTE_MS, category: "Questions", seen: true }),
        item("Back from being snoozed", { age: 2 * DAY_MS, category: "Proofs", snoozedUntil: ago(50 * MINUTE_MS) }),
        item("Expires in an hour", { age: 2 * HOUR_MS, category: "House", expiresAt: ago(-HOUR_MS), read: true }),
        item("Low priority", { age: 4 * HOUR_MS, category: "House", priority: "low", read: true }),
      ],
    },
    {
      id: "repeats",
      title: "Repeated",
      note: "One that took the place of others says for how many it stands.",
      items: () => [
        item("Proof 1042 has a comment", { age: 3 * MINUTE_MS, category: "Proofs", groupCount: 3, body: "By Ada: the blue is too dark." }),
        item("Museum poster: colours corrected for the customer who wants another blue than the one on the proof", {
          age: 2 * HOUR_MS,
          category: "Proofs",
          priority: "high",
          groupCount: 128,
          read: true,
        }),
      ],
    },
    { id: "unread", title: "Unread", items: day, attributes: { view: "unread" } },
    {
      id: "snoozed",
      title: "Snoozed",
      note: "Until when takes the place of since when.",
      items: () =>
        day()
          .slice(3)
          .map((item, index) => ({ ...item, snoozedUntil: ago(-HOUR_MS - index * 20 * HOUR_MS) })),
      attributes: { view: "snoozed" },
    },
    {
      id: "archived",
      title: "Archived",
      items: () => day().map((item, index) => (index < 2 ? item : { ...item, archivedAt: ago(HOUR_MS) })),
      attributes: { view: "archived" },
    },
    { id: "groups", title: "Similar ones", note: "Neighbours of one kind: the newest stands for all.", items: signIns },
    {
      id: "group-open",
      title: "Similar ones, shown",
      items: signIns,
      after: async ({ part, until, root }) => {
        part("more").click();
        await until(() => part("more").ariaExpanded === "true" && root.querySelectorAll("[part=item]").length > 3);
      },
    },
    {
      id: "pill",
      title: "3 new",
      note: "What comes in while one reads further down is counted, and moves nothing.",
      items: () => many(60),
      after: async ({ find, until, inbox }) => {
        const list = find("list");
        // The whole first page, which is drawn row by row.
        await until(() => list.querySelector('[aria-posinset="20"]'));
        list.scrollTop = 320;
        // Told in a task of its own.
        await until(() => list.scrollTop > 0);
        inbox.arrive(...many(3, 3).map((item, index) => ({ ...item, createdAt: ago(index * 10_000) })));
        await until(() => find("pill"));
      },
    },
  ],
};
