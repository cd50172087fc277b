import { readFileSync } from "node:fs";
import type { Program } from "../scenario/index.ts";
import { UsageError } from "./usage-error.ts";

export interface FileProgram {
  readonly file: string;
  /** The whole text of the file. */
  readonly text: string;
  readonly program: Program;
}

/** What files can be run as, one program for each machine. All that is wrong is said at once. */
export async function programsOf(files: readonly string[]): Promise<readonly FileProgram[]> {
  const { formatDiagnostic, load } = await import("../scenario/index.ts");
  return files.flatMap((file) => {
    const text = readScenario(file);
    const loaded = load(text);
    if (loaded.ok) {
      for (const it of loaded.value.warnings) console.error(formatDiagnostic(it, file, text));
      return loaded.value.programs.map((program) => ({ file, text, program }));
    }
    const all = loaded.error.map((it) => formatDiagnostic(it, file, text));
    throw new UsageError(`${file}: it cannot be run:\n${all.join("\n")}`);
  });
}

/** The text of a scenario's file. */
export function readScenario(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}: it cannot be read: ${reason}`);
  }
}
