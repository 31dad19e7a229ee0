/**
 * The one script a page needs: it defines `<notification-bell>` and starts the wasm behind it.
 *
 * Loaded twice, from one address or from two, it does nothing the second time.
 */
const TAG = "notification-bell";
const MARK = Symbol.for("notification-bell");
/** The server puts the version into this address, wherever it stands in quotes: see its build.rs. */
const assets = new URL("./", import.meta.url);
const defaultApiUrl = new URL("/api", import.meta.url).href;

/**
 * Why the wasm does not start, in words that say what to do.
 *
 * @param {unknown} error
 */
function explain(error) {
  const message = error instanceof Error ? error.message : String(error);
  // Each browser has words of its own for it, and not even the type of the error is the same.
  if (/unsafe-eval|\bCSP\b|Content.Security.Policy/i.test(message)) {
    return {
      code: "wasm_blocked",
      message:
        "The page's Content-Security-Policy blocks WebAssembly: add 'wasm-unsafe-eval' to its script-src. " +
        "Without it, a larger and slower translation to JavaScript is loaded.",
    };
  }
  return {
    code: "wasm_failed",
    message: `The element's files could not be loaded from ${assets.href}: ${message}`,
  };
}

async function load() {
  const url = (name) => new URL(name, assets).href;
  // All at once: none of the three says anything that the others wait for. The one that draws the early bell is first.
  const element = import(url("element.js"));
  const wasm = fetch(url("notification-bell-component_bg.wasm"));
  const glue = import(url("notification-bell-component.js"));
  // Handled below; a failure before that must not count as unhandled.
  wasm.catch(() => {});
  glue.catch(() => {});

  const { NotificationBell } = await element;
  if (customElements.get(TAG)) return warnIfForeign();
  customElements.define(TAG, NotificationBell);

  // What is only needed by some pages comes when it is needed.
  const more = (name) => import(url(name));
  const start = (Bell) =>
    NotificationBell.start((host, root) => new Bell(host, root, assets.href, defaultApiUrl, more));
  try {
    const { default: init, Bell } = await glue;
    await init({ module_or_path: wasm });
    start(Bell);
  } catch (error) {
    const { code, message } = explain(error);
    console.error(`<${TAG}> ${message}`);
    try {
      if (code !== "wasm_blocked") throw error;
      NotificationBell.tell(code, message);
      start(await (await import(url("fallback.js"))).start());
    } catch {
      NotificationBell.fail(code, message);
    }
  }
}

function warnIfForeign() {
  if (!customElements.get(TAG)[MARK]) {
    console.warn(`<${TAG}> is defined by another script already; this one (${import.meta.url}) does nothing.`);
  }
}

if (globalThis.customElements) {
  if (customElements.get(TAG)) warnIfForeign();
  else {
    load().catch((error) => console.error(`<${TAG}> ${explain(error).message}`));
  }
}
