// Answers as soon as an element has stayed where it is for two frames, and is what a press in its middle would reach;
// or has gone, which who uses it finds out. `false` if that does not come.
const [element, answer] = arguments;
const deadline = performance.now() + DEADLINE_MS;
const place = () => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y, width, height].join();
};
// The middle of what can be seen of its first box, which is where a driver puts the mouse.
const isReached = () => {
  const box = element.getClientRects()[0];
  if (!box) return false;
  const middle = (from, to, end) => (Math.max(0, from) + Math.min(to, end)) / 2;
  const [x, y] = [middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight)];
  let hit = document.elementFromPoint(x, y);
  // What is within a component, down to the innermost.
  for (let outer = null; hit && hit !== outer; hit = hit.shadowRoot?.elementFromPoint(x, y) ?? hit) outer = hit;
  // And up again through the slots that it may be shown in.
  while (hit && hit !== element) hit = hit.assignedSlot ?? hit.parentNode ?? hit.host;
  return hit === element;
};
let before = "";
let still = 0;
let isScrolledTo = false;
const next = () => {
  const now = place();
  still = now === before ? still + 1 : 0;
  before = now;
  if (!element.isConnected || (still > 1 && isReached())) return answer(true);
  if (performance.now() > deadline) return answer(false);
  if (still > 1 && !isScrolledTo) {
    // Out of sight, or only out of that of a list in the page.
    isScrolledTo = true;
    element.scrollIntoView({ block: "center", behavior: "instant" });
  }
  // A tab in the background draws no frames.
  const timer = setTimeout(next, 100);
  requestAnimationFrame(() => {
    clearTimeout(timer);
    next();
  });
};
next();
