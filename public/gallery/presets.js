// Themes to begin with. A colour has one value for light and one for dark.

const both = (light, dark) => `light-dark(${light}, ${dark})`;

export const PRESETS = [
  { id: "default", title: "As it comes", tokens: {} },
  {
    id: "warm",
    title: "Warm",
    tokens: {
      "--nb-accent": both("#a8431f", "#f0a27c"),
      "--nb-accent-text": both("#ffffff", "#2b130a"),
      "--nb-surface": both("#fffaf3", "#262019"),
      "--nb-surface-raised": both("#f7eee1", "#332b22"),
      "--nb-text": both("#35281d", "#f5ece1"),
      "--nb-text-soft": both("#6f5d4c", "#c5b5a3"),
      "--nb-border": both("#e8dac7", "#493d31"),
      "--nb-radius": "18px",
    },
  },
  {
    id: "contrast",
    title: "High contrast",
    tokens: {
      "--nb-accent": both("#0033b3", "#9cc2ff"),
      "--nb-accent-text": both("#ffffff", "#000000"),
      "--nb-surface": both("#ffffff", "#000000"),
      "--nb-surface-raised": both("#e9eef7", "#1c2430"),
      "--nb-text": both("#000000", "#ffffff"),
      "--nb-text-soft": both("#2b2f36", "#dfe3ea"),
      "--nb-border": both("#5a6270", "#98a2b3"),
      "--nb-danger": both("#a30000", "#ffb3ab"),
      "--nb-radius": "6px",
    },
  },
  {
    id: "compact",
    title: "Compact",
    tokens: {
      "--nb-font-size": "12px",
      "--nb-panel-width": "340px",
      "--nb-radius": "8px",
      "--nb-bell-size": "18px",
    },
  },
  {
    id: "forest",
    title: "Forest",
    tokens: {
      "--nb-accent": both("#1c6b47", "#7fd1a6"),
      "--nb-accent-text": both("#ffffff", "#06241a"),
      "--nb-surface": both("#fbfdfb", "#18221d"),
      "--nb-surface-raised": both("#eef4f0", "#223029"),
      "--nb-text": both("#1b2a22", "#e8f1ec"),
      "--nb-text-soft": both("#52635a", "#a9bcb2"),
      "--nb-border": both("#d9e4dd", "#34463d"),
      "--nb-radius": "14px",
    },
  },
];
