import type { Program } from "../../scenario/index.ts";

/** The machine that a scenario is for, as its first lines say it. */
export interface Header {
  readonly arch: string;
  readonly design: string | undefined;
  readonly without: readonly string[];
}

export function headerOf({ machine, withoutFixes }: Program): Header {
  const { arch, design } = machine;
  return { arch, design: arch.startsWith("powerpc") ? design : undefined, without: withoutFixes };
}

const MACHINE_LINE = /^\s*(arch|without\s+fix)\b/;

/** The scenario for one machine, whatever it was for before: its other lines stay as they are. */
export function withHeader(text: string, { arch, design, without }: Header): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => MACHINE_LINE.test(line));
  const rest = lines.filter((line) => !MACHINE_LINE.test(line));
  const own = [
    design === undefined ? `arch ${arch}` : `arch ${arch} design ${design}`,
    ...without.map((fix) => `without fix ${fix}`),
  ];
  return rest.toSpliced(at < 0 ? firstStatement(rest) : at, 0, ...own).join("\n");
}

/** Behind what the file begins to say of itself. */
function firstStatement(lines: readonly string[]): number {
  const index = lines.findIndex((line) => !line.startsWith("#"));
  return index < 0 ? lines.length : index;
}
