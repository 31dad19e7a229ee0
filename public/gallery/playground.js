// The playground: what the custom properties are set to, how that is chosen, and the style sheet that says so.

import { contrast, hexOf, PAIRS } from "./contrast.js";
import { PRESETS } from "./presets.js";
import { defaultsOf, TOKENS } from "./tokens.js";

const byId = (id) => document.getElementById(id);
const isColour = (name) => TOKENS.find((token) => token.name === name)?.kind === "colour";

/** The two sides of `light-dark(…, …)`; any other value is both. */
export function sidesOf(value) {
  const inner = /^light-dark\((.*)\)$/s.exec(value)?.[1];
  if (inner === undefined) return { light: value, dark: value };
  let depth = 0;
  const comma = [...inner].findIndex((character) => {
    depth += Number(character === "(") - Number(character === ")");
    return character === "," && depth === 0;
  });
  return { light: inner.slice(0, comma).trim(), dark: inner.slice(comma + 1).trim() };
}

/**
 * `bell` gives the element on the stage, if there is one; `theme` what is chosen for it; `change` takes what is
 * to be set on it.
 */
export function setUpPlayground({ bell, theme, change }) {
  /** What differs from the defaults. */
  let chosen = {};
  let defaults = {};
  const fields = new Map();

  const scheme = () => {
    if (theme() !== "auto") return theme();
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  };
  const valueOf = (name) => {
    const value = chosen[name] ?? defaults[name] ?? "";
    // One that is said by another: `var(--nb-accent)`.
    const other = /^var\((--nb-[\w-]+)\)$/.exec(value)?.[1];
    return other ? valueOf(other) : value;
  };
  const colourOf = (name) => sidesOf(valueOf(name))[scheme()];

  function choose(name, value) {
    if (isColour(name)) {
      const sides = { ...sidesOf(valueOf(name)), [scheme()]: value };
      chosen = { ...chosen, [name]: `light-dark(${asHex(sides.light)}, ${asHex(sides.dark)})` };
    } else {
      chosen = { ...chosen, [name]: value };
    }
    apply();
  }

  function apply() {
    change(chosen);
    refresh();
  }

  function refresh() {
    const element = bell();
    if (element?.shadowRoot?.adoptedStyleSheets.length) defaults = defaultsOf(element);
    if (Object.keys(defaults).length === 0) return;
    byId("scheme").textContent = `You are choosing the colours for ${scheme()} pages.`;
    for (const { name, kind } of TOKENS) {
      const { input, output } = fields.get(name);
      const value = kind === "colour" ? hexOf(colourOf(name)) : valueOf(name);
      input.value = kind === "colour" ? value : String(parseFloat(value));
      output.textContent = value;
      input.closest(".token").classList.toggle("changed", name in chosen);
    }
    for (const button of byId("presets").children) {
      const { tokens } = PRESETS.find(({ id }) => id === button.dataset.preset);
      button.ariaPressed = String(JSON.stringify(tokens) === JSON.stringify(chosen));
    }
    showContrast();
    showCss();
  }

  function showContrast() {
    const measured = PAIRS.map((pair) => ({ ...pair, ratio: contrast(colourOf(pair.of), colourOf(pair.on)) }));
    byId("contrast").replaceChildren(
      ...measured.map(({ of, on, label, ratio, atLeast }) => {
        const line = document.createElement("li");
        line.className = ratio < atLeast ? "low" : "";
        line.title = `${of} on ${on}`;
        const sample = document.createElement("span");
        sample.className = "sample";
        sample.textContent = "Aa";
        sample.ariaHidden = "true";
        sample.style.color = colourOf(of);
        sample.style.backgroundColor = colourOf(on);
        // Downwards, so that what fails never looks as if it held.
        const shown = (Math.floor(ratio * 10) / 10).toFixed(1);
        const said = ratio < atLeast ? `${shown}:1, needs ${atLeast}:1` : `${shown}:1`;
        const words = document.createElement("span");
        words.textContent = label;
        const number = document.createElement("span");
        number.className = "ratio";
        number.textContent = said;
        line.append(sample, words, number);
        return line;
      }),
    );
    const low = measured.filter(({ ratio, atLeast }) => ratio < atLeast).length;
    const verdict = low === 0 ? "Everything can be read." : low === 1 ? "One pair is too faint." : `${low} pairs are too faint.`;
    if (byId("verdict").textContent !== verdict) byId("verdict").textContent = verdict;
    byId("verdict").classList.toggle("low", low > 0);
  }

  function showCss() {
    const lines = Object.entries(chosen).map(([name, value]) => `  ${name}: ${value};`);
    const css = lines.length === 0 ? "/* The defaults need no style. */" : ["notification-bell {", ...lines, "}"].join("\n");
    byId("css").querySelector("code").textContent = css;
  }

  function field({ name, label, kind, from, to }) {
    const row = document.createElement("label");
    row.className = `token ${kind}`;
    row.title = name;
    const words = Object.assign(document.createElement("span"), { textContent: label });
    const input = document.createElement("input");
    input.name = name;
    input.type = kind === "colour" ? "color" : "range";
    if (kind === "length") Object.assign(input, { min: from, max: to, step: 1 });
    input.addEventListener("input", () => choose(name, kind === "colour" ? input.value : `${input.value}px`));
    const output = document.createElement("output");
    row.append(words, output, input);
    fields.set(name, { input, output });
    return row;
  }

  function preset({ id, title, tokens }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "preset" });
    button.dataset.preset = id;
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    for (const name of ["--nb-surface", "--nb-accent", "--nb-radius"]) if (tokens[name]) swatch.style.setProperty(name, tokens[name]);
    button.append(swatch, title);
    button.addEventListener("click", () => {
      chosen = { ...tokens };
      apply();
    });
    return button;
  }

  byId("token-fields").append(...TOKENS.map(field));
  byId("presets").append(...PRESETS.map(preset));
  byId("tokens").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", () => {
    chosen = {};
    apply();
  });
  return { refresh };
}

const asHex = (colour) => (colour.startsWith("#") ? colour : hexOf(colour));
