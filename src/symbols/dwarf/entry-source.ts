import { basename } from "node:path";
import type { Die } from "./die.ts";

/** Where something is declared: `conn.c:12`. */
export function sourceOf(die: Die): string | undefined {
  const file = die.lib.dwarfDeclFile(die.raw);
  if (file === null) return undefined;
  const line = new Int32Array(1);
  const hasLine = die.lib.dwarfDeclLine(die.raw, line) === 0 && (line[0] ?? 0) > 0;
  return hasLine ? `${basename(file)}:${line[0]}` : basename(file);
}

/** Whether it is of this source file: the one compiled, or one that was included there. */
export function comesFrom(die: Die, parents: readonly Die[], file: string): boolean {
  const paths = [parents[0]?.name, die.lib.dwarfDeclFile(die.raw)];
  return paths.some((it) => it === file || it?.endsWith(`/${file}`) === true);
}
