// What a measured page notes of itself, from before the element's script: moments, frames, long tasks, changes.
const seen = (window.seen = { bell: null, item: null, frames: [], longTasks: [], changes: 0, memory: null });
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) seen.longTasks.push({ at: startTime, ms: duration });
}).observe({ type: "longtask", buffered: true });
// The memory of wasm is no part of the heap.
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...own) => {
    const made = await original.apply(WebAssembly, own);
    const exported = Object.values((made.instance ?? made).exports);
    seen.memory = exported.find((one) => one instanceof WebAssembly.Memory) ?? seen.memory;
    return made;
  };
}
// Asked in a frame: what is there is painted with it. The frame's end is the beginning of the next one.
let pending = [];
const look = (now) => {
  for (const name of pending) seen[name] = now;
  const root = document.querySelector("notification-bell")?.shadowRoot;
  const isThere = (part) => root?.querySelector(`[part~=${part}]`)?.checkVisibility() === true;
  pending = ["bell", "item"].filter((name) => seen[name] === null && isThere(name));
  if (seen.bell === null || seen.item === null) requestAnimationFrame(look);
};
requestAnimationFrame(look);
// From here on, each frame is noted, and each change of what is drawn.
window.watchFrames = () => {
  seen.frames = [];
  seen.changes = 0;
  let isChanged = false;
  const observer = new MutationObserver(() => (isChanged = true));
  const parts = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document.querySelector("notification-bell").shadowRoot, parts);
  let last = performance.now();
  let isWatching = true;
  const next = (now) => {
    if (!isWatching) return;
    seen.frames.push(now - last);
    last = now;
    if (isChanged) seen.changes += 1;
    isChanged = false;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  return () => {
    isWatching = false;
    observer.disconnect();
  };
};
