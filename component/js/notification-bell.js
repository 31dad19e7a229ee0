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

/** @param {unknown} error */
function complain(error) {
  const failure = explain(error);
  console.error(`<${TAG}> ${failure.message}`);
  return failure;
}

const url = (name) => new URL(name, assets).href;
// What is only needed by some pages comes when it is needed.
const more = (name) => import(url(name));
/** Lets the browser do what else there is to do. */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(0);
  });

/**
 * Asks for the glue and the wasm. What a further try asks for has an address of its own: under the old one, the browser
 * may have kept what did not come, or what is of another version than the server has by now.
 *
 * @param {number} attempt
 */
function ask(attempt) {
  const ending = attempt ? `?${attempt}` : "";
  const files = [
    import(url(`notification-bell-component.js${ending}`)),
    fetch(url(`notification-bell-component_bg.wasm${ending}`)),
  ];
  // Handled below; a failure before that must not count as unhandled.
  for (const file of files) file.catch(() => {});
  return files;
}

async function load() {
  // All at once: none of the three says anything that the others wait for. The one that draws the early bell is first.
  const element = import(url("element.js"));
  const files = ask(0);

  const { NotificationBell } = await element;
  if (customElements.get(TAG)) return warnIfForeign();
  customElements.define(TAG, NotificationBell);

  const start = (Bell) =>
    NotificationBell.start((host, root) => new Bell(host, root, assets.href, defaultApiUrl, more, turn));
  let attempt = 0;
  let isTrying = false;
  let isFailed = false;

  /** @param {boolean} isAsked Somebody has just asked for it, and is told when it fails again. */
  async function begin(isAsked) {
    if (isTrying) return;
    isTrying = true;
    const isAgain = attempt > 0;
    const [glue, wasm] = isAgain ? ask(attempt) : files;
    attempt += 1;
    const fail = (failure) => {
      isFailed = true;
      NotificationBell.fail(failure.code, failure.message, () => begin(true));
    };
    try {
      const { default: init, Bell, complete } = await glue;
      await init({ module_or_path: wasm });
      await turn();
      // The rest of the wasm, where it was split. Without it an element may stop at work, and all begins anew.
      const rest = complete?.((error) => {
        fail(complain(error));
        begin(false);
      }, isAgain);
      if (isAgain) await rest;
      isFailed = false;
      start(Bell);
    } catch (error) {
      const failure = complain(error);
      try {
        if (failure.code !== "wasm_blocked") throw error;
        NotificationBell.tell(failure.code, failure.message);
        start(await (await import(url("fallback.js"))).start());
      } catch {
        if (isAsked) fail(failure);
      }
    }
    isTrying = false;
  }

  addEventListener("online", () => isFailed && begin(false));
  await begin(true);
}

function warnIfForeign() {
  if (!customElements.get(TAG)[MARK]) {
    console.warn(`<${TAG}> is defined by another script already; this one (${import.meta.url}) does nothing.`);
  }
}

if (globalThis.customElements) {
  if (customElements.get(TAG)) warnIfForeign();
  else {
    load().catch(complain);
  }
}
