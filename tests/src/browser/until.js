// Answers as soon as the condition holds: it is asked again after each frame, and after each change of the page.
const answer = arguments[arguments.length - 1];
const deadline = performance.now() + DEADLINE_MS;
const condition = () => {
  TOOLS
  return (CONDITION);
};
const describe = () => {
  TOOLS
  const trees = bells.map((bell) => [...bell.shadowRoot?.children ?? []].map((child) => child.innerText).join("\n"));
  return { failed: true, trees, errors: record?.errors, events: record?.events.map(({ name, detail }) => ({ name, detail })) };
};
const observer = new MutationObserver(() => ask());
const observe = () => {
  const watch = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document, watch);
  for (const bell of document.querySelectorAll("notification-bell")) {
    if (bell.shadowRoot) observer.observe(bell.shadowRoot, watch);
  }
};
let isDone = false;
const finish = (result) => {
  isDone = true;
  observer.disconnect();
  answer(result);
};
const ask = () => {
  if (isDone) return;
  try {
    const value = condition();
    if (value) return finish({ value: value instanceof Node ? true : value });
  } catch (error) {
    return finish({ ...describe(), threw: String(error) });
  }
  if (performance.now() > deadline) finish(describe());
};
const next = () => {
  ask();
  if (isDone) return;
  observe();
  // A tab in the background draws no frames.
  const timer = setTimeout(next, 100);
  requestAnimationFrame(() => {
    clearTimeout(timer);
    next();
  });
};
next();
