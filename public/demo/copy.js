// The copy buttons: `data-copy` names the element whose text they put on the clipboard.

const SHOWN_FOR_MS = 2000;

/** Serves every copy button of the page. */
export function setUpCopying() {
  const status = document.getElementById("copy-status");
  for (const button of document.querySelectorAll("[data-copy]")) {
    let reset;
    const label = button.firstChild;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      const copied = await copy(source);
      label.data = copied ? "Copied" : "Selected";
      status.textContent = copied ? "Copied to the clipboard" : "Selected. Copy it with your keyboard.";
      clearTimeout(reset);
      reset = setTimeout(() => {
        label.data = "Copy";
        status.textContent = "";
      }, SHOWN_FOR_MS);
    });
  }
}

/** Copies; where the browser does not let the page, selects, so that a key press does the rest. */
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}
