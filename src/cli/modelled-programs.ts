import type { Program } from "../scenario/index.ts";
import { programsOf } from "./scenario-files.ts";
import { UsageError } from "./usage-error.ts";

/** What a file can be run as on the model, which must have every fix that the file switches off. */
export async function modelledPrograms(file: string): Promise<readonly Program[]> {
  const { missingFixes } = await import("../check/index.ts");
  const programs = (await programsOf([file])).map(({ program }) => program);
  const missing = [...new Set(programs.flatMap(missingFixes))];
  if (missing.length === 0) return programs;
  const names = missing.join(", ");
  throw new UsageError(`${file}: without fix ${names}: the model cannot switch it off`);
}
