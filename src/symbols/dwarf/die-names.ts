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

const MAX_DEPTH = 16;

/** What the linker knows it by, where that is not its own name. */
export function linkageName(die: Die): string | undefined {
  return die.text(DW_AT_linkage_name) ?? die.text(DW_AT_MIPS_linkage_name);
}

/**
 * A function as people write it: `ns::Class::method(int)`, `krate::module::function`, `main`. GCC
 * leaves the linkage name out where nothing is linked by it, and with it go the parameters' types.
 */
export function functionName(die: Die): string | undefined {
  const linkage = linkageName(die);
  return (linkage === undefined ? undefined : demangle(linkage)) ?? qualifiedName(die);
}

/** The name with the namespaces, types and functions around it. */
export function qualifiedName(die: Die, depth = 0): string | undefined {
  const { name } = die;
  if (name === undefined || depth > MAX_DEPTH) return name;
  const scopes: string[] = [];
  for (const scope of declarationOf(die).scopes().slice(1)) {
    if (scope.tag === DW_TAG_subprogram) {
      // The definition of a method stands outside its class; the method knows where it belongs.
      scopes.unshift(qualifiedName(scope, depth + 1) ?? "(anonymous)");
      break;
    }
    if (NAMING_SCOPES.has(scope.tag)) scopes.unshift(scopeName(scope));
  }
  return [...scopes, name].join("::");
}

/** What a definition or an instance belongs to; a broken file may go round in circles. */
function declarationOf(die: Die): Die {
  let declared = die;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const origin = declared.origin();
    if (origin === undefined) return declared;
    declared = origin;
  }
  return declared;
}

export function scopeName(scope: Die): string {
  return scope.name ?? (scope.tag === DW_TAG_namespace ? "(anonymous namespace)" : "(anonymous)");
}
