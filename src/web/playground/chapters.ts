import type { DesignName } from "../../scenario/index.ts";
import { textOf } from "./library.ts";
import { withHeader } from "./scenario-header.ts";

/** A part of the guide: what it is about, and the scenario that shows it. */
export interface Chapter {
  /** As it stands in the address, behind `#`. */
  readonly id: "oops" | "swap" | "per-cpu" | "design-d" | "own";
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** Designs that are to be compared on it. */
  readonly compares?: readonly DesignName[];
}

const POWERPC = { arch: "powerpc-dawr", without: [] } as const;

const OOPS = "scenarios/bugs/oops-2016.scn";
const DANGLES = "scenarios/bugs/w2-swap-dangles.scn";
const SWAP = "scenarios/findings/swap-leaves-register-off.scn";

export const CHAPTERS: readonly Chapter[] = [
  { id: "oops", title: "The Oops", file: OOPS, text: textOf(OOPS) },
  {
    id: "swap",
    title: "The swap",
    file: DANGLES,
    text: withHeader(textOf(DANGLES), { ...POWERPC, design: "b" }),
  },
  {
    id: "per-cpu",
    title: "Per CPU",
    file: SWAP,
    text: withHeader(textOf(SWAP), { ...POWERPC, design: "per-cpu" }),
  },
  {
    id: "design-d",
    title: "Design D",
    file: SWAP,
    text: withHeader(textOf(SWAP), { ...POWERPC, design: "d" }),
    compares: ["a", "b", "c", "per-cpu", "d"],
  },
  { id: "own", title: "Your own", file: OOPS, text: textOf(OOPS) },
];

export function chapterOf(id: string): Chapter | undefined {
  return CHAPTERS.find((chapter) => chapter.id === id);
}
