// Runs before the scripts of every page: notes what goes wrong there, and the events of the element.
(() => {
  const record = { errors: [], violations: [], events: [] };
  Object.defineProperty(window, "__record", { value: record });

  // Not in the capture phase: pictures that do not load are errors of their own, and none of ours.
  addEventListener("error", (event) => record.errors.push(event.message));
  addEventListener("unhandledrejection", (event) => record.errors.push("unhandled: " + String(event.reason)));
  document.addEventListener("securitypolicyviolation", (event) =>
    record.violations.push(`${event.effectiveDirective} blocked ${event.blockedURI} (${event.sample})`),
  );

  const names = ["ready", "open", "close", "item-click", "action", "received", "counts", "proof-expired", "error"];
  for (const name of names) {
    // On the window, which only hears what bubbles.
    addEventListener("notification-bell-" + name, (event) => {
      const { bubbles, composed, cancelable, detail } = event;
      const bells = document.querySelectorAll("notification-bell");
      const bell = [...bells].indexOf(event.target);
      const moment = { at: performance.now(), time: Date.now() };
      record.events.push({ name, bubbles, composed, cancelable, detail: structuredClone(detail), bell, ...moment });
    });
  }
})();
