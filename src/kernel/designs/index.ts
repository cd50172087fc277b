/** The powerpc designs as values: those that Linux has had, and two that it has not. */
import { DESIGN_D } from "./cancel.ts";
import { DESIGN_C } from "./in-event.ts";
import { DESIGN_A, DESIGN_B } from "./last-hit.ts";
import { DESIGN_PER_CPU } from "./on-cpu.ts";
import type { PowerpcDesign } from "./powerpc-design.ts";

export type { PowerpcDesign } from "./powerpc-design.ts";

/** Where there is no step of the kernel's own, or where its state needs no event: nothing to do. */
export const NO_DESIGN: PowerpcDesign = {
  name: "none",
  title: "nothing is pending between trap and access",
  arms: () => true,
  uninstalled() {},
  stepBegins() {},
  changesPc() {},
  stepped: () => false,
  unregister: () => false,
  switchedOut() {},
};

export const DESIGNS: Readonly<Record<string, PowerpcDesign>> = {
  a: DESIGN_A,
  b: DESIGN_B,
  c: DESIGN_C,
  "per-cpu": DESIGN_PER_CPU,
  d: DESIGN_D,
};
