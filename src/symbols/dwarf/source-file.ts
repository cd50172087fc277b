import type { Die } from "./die.ts";
import { DW_AT_decl_file, DW_AT_decl_line } from "./dwarf-constants.ts";

/** A file of a unit's line table by its number there; undefined where there is none. */
export function sourceFile({ lib, raw }: Die, index: number): string | undefined {
  const files = new BigUint64Array(1);
  const count = new BigUint64Array(1);
  if (lib.dwarfGetsrcfiles(raw, files, count) !== 0 || index >= Number(count[0])) return undefined;
  return lib.dwarfFilesrc(Number(files[0]), index, 0, 0) ?? undefined;
}

/**
 * Where something is declared. Not by dwarf_decl_file(), which ends the process (an assertion in
 * libdw 0.188) where the unit has no line table.
 */
export function declaredAt(die: Die): { readonly file: string; readonly line: number } | undefined {
  const owner = die.has(DW_AT_decl_file) ? die : (die.origin() ?? die);
  const index = owner.size(DW_AT_decl_file);
  const unit = owner.unit();
  const file = index === undefined || unit === undefined ? undefined : sourceFile(unit, index);
  return file === undefined ? undefined : { file, line: die.size(DW_AT_decl_line) ?? 0 };
}
