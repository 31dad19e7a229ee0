// What every script of a test may use; it knows parts, roles, names and texts, and nothing else of the element.
const record = window.__record;
const bells = [...document.querySelectorAll("notification-bell")];
const nameOf = (element) => element && (element.getAttribute("aria-label") ?? element.innerText).trim();
const of = (bell) => {
  const root = bell?.shadowRoot;
  const parts = (part) => [...(root?.querySelectorAll(`[part~="${part}"]`) ?? [])];
  const part = (name) => parts(name)[0] ?? null;
  const textOf = (name) => parts(name).map((element) => element.innerText.trim());
  // An unread item may say so in words before its title.
  const titles = () => parts("title").map((title) => title.textContent.trim().replace(/^\w+: /, ""));
  const item = (title) => parts("item").find((item) => item.querySelector("[part~=title]").textContent.includes(title));
  const button = (name) =>
    [...(root?.querySelectorAll("button") ?? [])].find((button) => nameOf(button) === name && button.offsetWidth > 0);
  const badge = () => part("badge")?.textContent ?? "";
  const isOpen = () => part("panel")?.matches(":popover-open") === true;
  const focused = () => root?.activeElement ?? null;
  const live = () => [...(root?.querySelectorAll("[aria-live=polite]") ?? [])];
  return { bell, root, parts, part, textOf, titles, item, button, badge, isOpen, focused, live };
};
const { bell, root, parts, part, textOf, titles, item, button, badge, isOpen, focused, live } = of(bells[0]);
const events = (name) => record.events.filter((event) => event.name === name);
// What is moving or fading by itself, and not by scrolling.
const moving = (element) =>
  element.getAnimations({ subtree: true }).filter(({ timeline }) => timeline === document.timeline);
