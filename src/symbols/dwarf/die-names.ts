import { demangle } from "./demangle.ts";
import type { Die } from "./die.ts";
import {
  DW_AT_linkage_name,
  DW_AT_MIPS_linkage_name,
  DW_TAG_class_type,
  DW_TAG_enumeration_type,
  DW_TAG_module,
  DW_TAG_namespace,
  DW_TAG_structure_type,
  DW_TAG_subprogram,
  DW_TAG_union_type,
} from "./dwarf-constants.ts";

/** What stands before `::` in a name. */
export const NAMING_SCOPES: ReadonlySet<number> = new Set([
  DW_TAG_namespace,
  DW_TAG_module,
  DW_TAG_structure_type,
  DW_TAG_class_type,
  DW_TAG_union_type,
  DW_TAG_enumeration_type,
]);

/**
 * A function as people write it: `ns::Class::method(int)`, `krate::module::function`, `main`. GCC
 * leaves the linkage name out where nothing is linked by it, and with it go the parameters' types.
 */
export function functionName(die: Die): string | undefined {
  const linkage = die.text(DW_AT_linkage_name) ?? die.text(DW_AT_MIPS_linkage_name);
  return (linkage === undefined ? undefined : demangle(linkage)) ?? qualifiedName(die);
}

/** The name with the namespaces, types and functions around it. */
export function qualifiedName(die: Die): string | undefined {
  const { name } = die;
  if (name === undefined) return undefined;
  let declared = die;
  for (let origin = declared.origin(); origin !== undefined; origin = declared.origin()) {
    if (origin.offset === declared.offset) break; // a file may say so; nothing else would end it
    declared = origin;
  }
  const around = declared.scopes().slice(1);
  const scopes = around
    .filter((it) => NAMING_SCOPES.has(it.tag) || it.tag === DW_TAG_subprogram)
    .reverse();
  return [...scopes.map(scopeName), name].join("::");
}

export function scopeName(scope: Die): string {
  return scope.name ?? (scope.tag === DW_TAG_namespace ? "(anonymous namespace)" : "(anonymous)");
}
