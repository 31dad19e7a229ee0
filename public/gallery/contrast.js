// How well colours are told apart, as WCAG 2.2 measures it (1.4.3, 1.4.11).

const TEXT = 4.5;
const MARK = 3;

/** What has to be read, or seen, upon what. */
export const PAIRS = [
  { of: "--nb-text", on: "--nb-surface", atLeast: TEXT, label: "Text" },
  { of: "--nb-text-soft", on: "--nb-surface", atLeast: TEXT, label: "Soft text" },
  { of: "--nb-text-soft", on: "--nb-surface-raised", atLeast: TEXT, label: "Soft text, raised" },
  { of: "--nb-accent-text", on: "--nb-accent", atLeast: TEXT, label: "Text on accent" },
  { of: "--nb-accent", on: "--nb-surface", atLeast: MARK, label: "Marks in accent" },
  { of: "--nb-danger", on: "--nb-surface", atLeast: TEXT, label: "Danger" },
  { of: "--nb-focus", on: "--nb-surface", atLeast: MARK, label: "Focus ring" },
];

const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

/** A colour in whatever notation as red, green and blue from 0 to 255. */
export function channels(colour) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** The same as `#rrggbb`. */
export const hexOf = (colour) => "#" + channels(colour).map((value) => value.toString(16).padStart(2, "0")).join("");

function luminance(colour) {
  const linear = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** From 1 to 21. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
