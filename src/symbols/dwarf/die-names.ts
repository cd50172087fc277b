import { demangle } from "./demangle.ts";
import type { Die } from "./die.ts";
import {
  DW_AT_export_symbols,
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
import type { Entry } from "./entry-search.ts";

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
  return joined(declarationOf(die).scopes().slice(1).reverse(), name, { depth, isShown: all });
}

/** The same of an entry whose surroundings are known, which need not be searched for then. */
export function entryName({ die, parents }: Entry): string | undefined {
  const { name } = die;
  if (name === undefined) return undefined;
  const declared = declarationOf(die);
  const around = declared === die ? parents : declared.scopes().slice(1).reverse();
  return joined(around, name, { depth: 0, isShown: all });
}

/** The spellings under which C++ finds it: with its inline namespaces, and without. */
export function entryNames(entry: Entry): string[] {
  const { die, parents } = entry;
  const full = entryName(entry);
  if (full === undefined) return [];
  const declared = declarationOf(die);
  const around = declared === die ? parents : declared.scopes().slice(1).reverse();
  if (!around.some(isInline)) return [full];
  const isShown = (scope: Die) => !isInline(scope);
  return [full, joined(around, die.name ?? "", { depth: 0, isShown })];
}

function all(): boolean {
  return true;
}

function isInline(scope: Die): boolean {
  return scope.tag === DW_TAG_namespace && scope.has(DW_AT_export_symbols);
}

interface Naming {
  readonly depth: number;
  readonly isShown: (scope: Die) => boolean;
}

/** `scopes` are outermost first. */
function joined(scopes: readonly Die[], name: string, { depth, isShown }: Naming): string {
  // The definition of a method stands outside its class; the method knows where it belongs.
  const owner = scopes.findLastIndex((it) => it.tag === DW_TAG_subprogram);
  const method = scopes[owner];
  const outer = method === undefined ? [] : [qualifiedName(method, depth + 1) ?? "(anonymous)"];
  const inner = scopes.slice(owner + 1).filter((it) => NAMING_SCOPES.has(it.tag) && isShown(it));
  return [...outer, ...inner.map(scopeName), name].join("::");
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
