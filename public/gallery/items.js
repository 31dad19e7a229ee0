// What stands in the gallery's inboxes: the notifications of Paperhouse, the made-up print shop of the demo.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The moment that was so long ago; one to come, if that is negative. */
export const ago = (ms) => new Date(Date.now() - ms).toISOString();

let number = 0;

/** An item as the API gives it: unread and of now, but for what is said. `read` and `seen` may be true. */
export function item(title, { age = 0, read = false, seen = read, actions = [], ...more } = {}) {
  const createdAt = ago(age);
  number += 1;
  return {
    id: `gallery-${number}`,
    type: null,
    category: null,
    title,
    body: null,
    url: null,
    icon: null,
    image: null,
    actions: actions.map((action) => ({ url: null, style: "default", done: false, ...action })),
    data: null,
    priority: "normal",
    createdAt,
    expiresAt: null,
    seenAt: seen ? createdAt : null,
    readAt: read ? createdAt : null,
    archivedAt: null,
    snoozedUntil: null,
    revision: "1",
    ...more,
  };
}

export const approve = (more) => ({ id: "approve", label: "Approve", style: "primary", ...more });
export const open = { id: "open", label: "Open", url: "/" };

/** A day at Paperhouse. */
export const day = () => [
  item("Proof 1042 waits for you", {
    age: 4 * MINUTE_MS,
    category: "Proofs",
    body: "Spring catalogue: the cover is approved, the inside pages are not. Due on Friday.",
    actions: [approve(), open],
  }),
  item("Where is my parcel?", {
    age: 26 * MINUTE_MS,
    category: "Questions",
    url: "/",
    body: "Question 2210 on order 1031. The parcel was handed over yesterday.",
  }),
  item("Invoice 3321 was paid", {
    age: 3 * HOUR_MS,
    category: "Invoices",
    body: "Business cards, €96.00, by card.",
  }),
  item("Proof 1047 is with the customer", {
    age: 5 * HOUR_MS,
    category: "Proofs",
    url: "/",
    body: "Museum poster, colours corrected for the third time.",
    read: true,
  }),
  item("Question 2213 waits for Design", {
    age: 26 * HOUR_MS,
    category: "Questions",
    body: "Can the paper be thicker? 170 g is asked for.",
    read: true,
  }),
  item("The presses rest on Sunday", {
    age: 3 * DAY_MS,
    category: "House",
    body: "Maintenance from 03:00 to 09:00. Orders are taken as usual.",
    read: true,
  }),
];

const JOBS = ["Spring catalogue", "Museum poster", "Business cards", "Concert tickets", "Wedding menus", "Field guide"];
const STEPS = ["in print", "cut to size", "waiting for paper", "folded", "on the way", "with the customer"];

/** So many, all about a job of the shop, each older than the one before. */
export const many = (count, unread = 12) =>
  Array.from({ length: count }, (_, index) =>
    item(`${JOBS[index % JOBS.length]}: ${STEPS[(index * 5) % STEPS.length]}`, {
      age: 2 * MINUTE_MS + index * 47 * MINUTE_MS,
      category: ["Jobs", "Proofs", "Parcels"][index % 3],
      body: `Job ${1400 - index}.`,
      read: index >= unread,
    }),
  );
