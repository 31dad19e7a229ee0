// The custom properties of the element: which there are, how they are chosen, and what they are by default.

/** In the order of the playground. `kind` is `colour`, or `length` with the ends of its range in pixels. */
export const TOKENS = [
  { name: "--nb-accent", label: "Accent", kind: "colour" },
  { name: "--nb-accent-text", label: "Text on accent", kind: "colour" },
  { name: "--nb-surface", label: "Surface", kind: "colour" },
  { name: "--nb-surface-raised", label: "Raised surface", kind: "colour" },
  { name: "--nb-text", label: "Text", kind: "colour" },
  { name: "--nb-text-soft", label: "Soft text", kind: "colour" },
  { name: "--nb-border", label: "Border", kind: "colour" },
  { name: "--nb-danger", label: "Danger", kind: "colour" },
  { name: "--nb-focus", label: "Focus ring", kind: "colour" },
  { name: "--nb-radius", label: "Corners", kind: "length", from: 0, to: 24 },
  { name: "--nb-font-size", label: "Text size", kind: "length", from: 12, to: 18 },
  { name: "--nb-bell-size", label: "Bell", kind: "length", from: 16, to: 32 },
  { name: "--nb-panel-width", label: "Panel width", kind: "length", from: 320, to: 520 },
];

/** Puts custom properties on an element in the place of others. */
export function setTokens(bell, before, after) {
  for (const name of Object.keys(before)) if (!(name in after)) bell.style.removeProperty(name);
  for (const [name, value] of Object.entries(after)) bell.style.setProperty(name, value);
}

/** What the element's own style sheet says, by name: the playground need not repeat it. */
export function defaultsOf(bell) {
  const rules = bell.shadowRoot.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
  const host = rules.filter((rule) => rule.selectorText === ":host").map(({ style }) => style);
  return Object.fromEntries(
    host.flatMap((style) =>
      [...style].filter((name) => name.startsWith("--nb-")).map((name) => [name, style.getPropertyValue(name).trim()]),
    ),
  );
}
