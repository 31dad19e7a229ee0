// Compared with Grafana's own type by `cargo xtask lint`, which puts the dashboard in.
import type { Dashboard } from "@grafana/schema";

// In JSON an enum is the text or the number that it stands for.
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends (infer Part)[]
      ? Json<Part>[]
      : { [Name in keyof T]: Json<T[Name]> };

export const dashboard: Json<Dashboard> = {} /* the dashboard */;
