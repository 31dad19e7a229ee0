// What the states do to an element, as a reader would, and how they find their way in it: by parts, ids and classes.

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** The hands of one element. */
export function handsOf(bell, inbox) {
  const root = bell.shadowRoot;
  const part = (name) => root.querySelector(`[part~="${name}"]`);
  const find = (name) => root.getElementById(name) ?? root.querySelector(`.${name}`);
  const until = async (isTrue) => {
    while (!isTrue()) await frame();
  };
  const isShown = () => part("item") || part("empty") || part("error");
  return {
    bell,
    inbox,
    root,
    part,
    find,
    until,
    get unread() {
      return Number(part("bell")?.getAttribute("aria-label")?.replace(/\D/g, ""));
    },
    /** Waits until there is something in the panel. */
    isShown,
    /** A key on the first item. */
    async press(key) {
      part("item").focus();
      part("item").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
      await frame();
    },
    /** Keeps a message, as the mouse on it would. */
    hold() {
      find("toast").dispatchEvent(new MouseEvent("mouseenter"));
    },
    /** Waits until no picture is on its way and nothing moves. */
    async settle() {
      const pictures = () => [...root.querySelectorAll("img"), ...bell.querySelectorAll("img")];
      const isInSight = (picture) => picture.getBoundingClientRect().top < innerHeight;
      const isMoving = ({ effect }) => Number.isFinite(effect.getComputedTiming().endTime);
      await until(
        () =>
          pictures().every((picture) => picture.complete || !isInSight(picture)) &&
          !root.getAnimations().some((animation) => isMoving(animation) && animation.playState === "running"),
      );
      await document.fonts.ready;
      await frame();
      await frame();
    },
  };
}
