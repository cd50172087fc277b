import { nearestNames } from "../edit-distance.ts";
import type { LoadedProcess } from "../loaded-process.ts";
import type { NameFailure } from "../named-address.ts";
import { DW_TAG_subprogram, DW_TAG_variable } from "./dwarf-constants.ts";
import { comesFrom } from "./entry-source.ts";
import { programFirst } from "./type-finder.ts";

const NAMED = new Set([DW_TAG_variable, DW_TAG_subprogram]);

/** Why `FILE:NAME` found nothing, if a source file of this name was compiled; else undefined. */
export function notInFile(
  process: LoadedProcess,
  { file, name }: { readonly file: string; readonly name: string },
): NameFailure | undefined {
  for (const image of programFirst(process)) {
    const debug = image.object.dwarf();
    const units = (debug?.units() ?? []).filter(({ die }) => comesFrom(die, [die], file));
    if (units.length === 0) continue;
    const names = units.flatMap(({ die }) =>
      [...die.children()].filter((it) => NAMED.has(it.tag)).flatMap((it) => it.name ?? []),
    );
    return { kind: "not-in-file", file, name, nearest: nearestNames(name, names) };
  }
  return undefined;
}
