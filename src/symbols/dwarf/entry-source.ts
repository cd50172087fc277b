import { basename } from "node:path";
import type { Die } from "./die.ts";
import { declaredAt } from "./source-file.ts";

/** Where something is declared: `conn.c:12`. */
export function sourceOf(die: Die): string | undefined {
  const place = declaredAt(die);
  if (place === undefined) return undefined;
  const name = basename(place.file);
  return place.line > 0 ? `${name}:${place.line}` : name;
}

/** Whether it is of this source file: the one compiled, or one that was included there. */
export function comesFrom(die: Die, parents: readonly Die[], file: string): boolean {
  const paths = [parents[0]?.name, declaredAt(die)?.file];
  return paths.some((it) => it === file || it?.endsWith(`/${file}`) === true);
}
