import { readFileSync } from "node:fs";
import type { Program } from "../scenario/index.ts";
import { UsageError } from "./usage-error.ts";

/** What a file can be run as. All that is wrong with it is said at once. */
export async function programsOf(file: string): Promise<readonly Program[]> {
  const { formatDiagnostic, load } = await import("../scenario/index.ts");
  const { missingFixes } = await import("../conform/index.ts");
  const text = read(file);
  const loaded = load(text);
  if (!loaded.ok) {
    const all = loaded.error.map((it) => formatDiagnostic(it, file, text));
    throw new UsageError(`${file}: it cannot be run:\n${all.join("\n")}`);
  }
  for (const it of loaded.value.warnings) console.error(formatDiagnostic(it, file, text));
  const missing = loaded.value.programs.flatMap(missingFixes);
  if (missing.length > 0) {
    const names = [...new Set(missing)].join(", ");
    throw new UsageError(`${file}: without fix ${names}: the model cannot switch it off`);
  }
  return loaded.value.programs;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}: it cannot be read: ${reason}`);
  }
}
