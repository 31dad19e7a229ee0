// The programs of docs/snippets, as they are: each is fetched once, when it is asked for.

const loaded = new Map();

/** The text of a program; where it cannot be had, where it is. */
export function loadProgram(file) {
  if (!loaded.has(file)) loaded.set(file, fetchText(file));
  return loaded.get(file);
}

async function fetchText(file) {
  try {
    const response = await fetch("/snippets/" + file);
    if (response.ok) return await response.text();
  } catch {
    // Said below: the page goes on without it.
  }
  loaded.delete(file);
  return `docs/snippets/${file}`;
}
