import { arrayCounts } from "./array-counts.ts";
import type { Die } from "./die.ts";
import { qualifiedName } from "./die-names.ts";
import {
  DW_AT_signature,
  DW_AT_type,
  DW_TAG_array_type,
  DW_TAG_atomic_type,
  DW_TAG_class_type,
  DW_TAG_const_type,
  DW_TAG_enumeration_type,
  DW_TAG_formal_parameter,
  DW_TAG_pointer_type,
  DW_TAG_ptr_to_member_type,
  DW_TAG_reference_type,
  DW_TAG_restrict_type,
  DW_TAG_rvalue_reference_type,
  DW_TAG_structure_type,
  DW_TAG_subroutine_type,
  DW_TAG_union_type,
  DW_TAG_volatile_type,
} from "./dwarf-constants.ts";

const QUALIFIERS: ReadonlyMap<number, string> = new Map([
  [DW_TAG_const_type, "const"],
  [DW_TAG_volatile_type, "volatile"],
  [DW_TAG_restrict_type, "restrict"],
  [DW_TAG_atomic_type, "_Atomic"],
]);

const ORDER = [...QUALIFIERS.values()];

const POINTERS: ReadonlyMap<number, string> = new Map([
  [DW_TAG_pointer_type, "*"],
  [DW_TAG_reference_type, "&"],
  [DW_TAG_rvalue_reference_type, "&&"],
]);

/** C says what sort of type a tag is. */
const C_KEYWORDS: ReadonlyMap<number, string> = new Map([
  [DW_TAG_structure_type, "struct"],
  [DW_TAG_union_type, "union"],
  [DW_TAG_class_type, "class"],
  [DW_TAG_enumeration_type, "enum"],
]);

/** More levels than any program has; a broken file may have a type that refers to itself. */
const MAX_DEPTH = 32;

export interface TypeNaming {
  /** C: `struct conn`, where the other languages say `conn`. */
  readonly keywords: boolean;
}

/** The type as the source would declare it; `undefined` is void. */
export function typeName(type: Die | undefined, naming: TypeNaming): string {
  return declare(type, "", { naming, depth: 0 });
}

interface Level {
  readonly naming: TypeNaming;
  readonly depth: number;
}

/** C declares inside out: `inner` is what stands where a variable's name would. */
function declare(type: Die | undefined, inner: string, level: Level): string {
  if (type === undefined) return spaced("void", inner);
  if (level.depth > MAX_DEPTH) return "?";
  const next = { ...level, depth: level.depth + 1 };
  const { tag } = type;
  const qualifier = QUALIFIERS.get(tag);
  if (qualifier !== undefined) return declareQualified(type, qualifier, { inner, next });
  const star = POINTERS.get(tag);
  if (star !== undefined && (type.name === undefined || tag !== DW_TAG_pointer_type)) {
    const target = type.type();
    const binds = bindsTighter(target);
    return declare(target, binds ? `(${star}${inner})` : `${star}${inner}`, next);
  }
  if (tag === DW_TAG_array_type) {
    const counts = arrayCounts(type).map((it) => `[${it === 0 ? "" : it}]`);
    return declare(type.type(), `${inner}${counts.join("")}`, next);
  }
  if (tag === DW_TAG_subroutine_type) {
    return declare(type.type(), `${inner}(${parameters(type, next)})`, next);
  }
  if (tag === DW_TAG_ptr_to_member_type) return spaced("(pointer to member)", inner);
  return spaced(ownName(type, level.naming), inner);
}

interface Qualified {
  readonly inner: string;
  readonly next: Level;
}

/** `const` stands before what it qualifies, but behind the star of a pointer. */
function declareQualified(type: Die, qualifier: string, { inner, next }: Qualified): string {
  const target = type.type();
  if (target !== undefined && isStarred(target)) {
    return declare(target, inner === "" ? ` ${qualifier}` : ` ${qualifier} ${inner}`, next);
  }
  return qualified(declare(target, inner, next), qualifier);
}

/** Each qualifier once and in one order: an array that is const has const elements. */
function qualified(name: string, qualifier: string): string {
  const words = name.split(" ");
  const rest = words.findIndex((it) => !ORDER.includes(it));
  const all = new Set([qualifier, ...words.slice(0, rest)]);
  return [...ORDER.filter((it) => all.has(it)), ...words.slice(rest)].join(" ");
}

function isStarred(type: Die): boolean {
  if (QUALIFIERS.has(type.tag)) {
    const target = type.type();
    return target !== undefined && target.offset !== type.offset && isStarred(target);
  }
  return POINTERS.has(type.tag) && type.name === undefined;
}

function bindsTighter(target: Die | undefined): boolean {
  return target?.tag === DW_TAG_array_type || target?.tag === DW_TAG_subroutine_type;
}

function parameters(type: Die, level: Level): string {
  const all = [...type.children()].filter((it) => it.tag === DW_TAG_formal_parameter);
  return all.length === 0 ? "void" : all.map((it) => declare(it.type(), "", level)).join(", ");
}

function ownName(type: Die, { keywords }: TypeNaming): string {
  const keyword = C_KEYWORDS.get(type.tag);
  const name = qualifiedName(type);
  if (keyword === undefined) return name ?? "void";
  if (name === undefined) return `${keyword} {...}`;
  return keywords ? `${keyword} ${name}` : name;
}

function spaced(name: string, inner: string): string {
  return inner === "" ? name : `${name} ${inner.trimStart()}`;
}

/** The type itself, without `const`, `volatile` and the like around it. */
export function unqualified(type: Die | undefined): Die | undefined {
  let it = type;
  for (let depth = 0; it !== undefined && depth < MAX_DEPTH; depth++) {
    // A type in a unit of its own leaves only its signature here.
    if (!QUALIFIERS.has(it.tag)) return it.reference(DW_AT_signature) ?? it;
    if (!it.has(DW_AT_type)) return undefined;
    it = it.type();
  }
  return undefined;
}
