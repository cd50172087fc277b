import type { EnumType, Member, TypeDesc } from "../../values/index.ts";
import { arrayCounts } from "./array-counts.ts";
import type { Die } from "./die.ts";
import {
  DW_AT_const_value,
  DW_AT_data_member_location,
  DW_AT_encoding,
  DW_ATE_boolean,
  DW_ATE_float,
  DW_ATE_signed,
  DW_ATE_signed_char,
  DW_ATE_UTF,
  DW_ATE_unsigned,
  DW_ATE_unsigned_char,
  DW_TAG_array_type,
  DW_TAG_base_type,
  DW_TAG_class_type,
  DW_TAG_enumeration_type,
  DW_TAG_enumerator,
  DW_TAG_pointer_type,
  DW_TAG_reference_type,
  DW_TAG_rvalue_reference_type,
  DW_TAG_structure_type,
  DW_TAG_typedef,
  DW_TAG_union_type,
} from "./dwarf-constants.ts";
import { languageOf } from "./language.ts";
import { type Field, fieldsOf } from "./members.ts";
import { typeName, unqualified } from "./type-name.ts";
import { sizeOf } from "./type-size.ts";
import { discriminantOf, variantPart, variantsOf } from "./variant-type.ts";

/** Wider than what registers can watch; and a broken file's struct may hold itself. */
const MAX_MEMBERS = 64;
const MAX_TYPES = 1024;

/** How many types may still be read for one that was asked for. */
interface Budget {
  left: number;
}

/** The type that debug info describes, as plain data. `undefined` is void. */
export function readType(die: Die | undefined, budget: Budget = { left: MAX_TYPES }): TypeDesc {
  const common = { name: nameOfType(die), size: sizeOf(die) };
  const type = strip(die);
  budget.left -= 1;
  if (type === undefined || budget.left < 0) return { kind: "opaque", ...common };
  switch (type.tag) {
    case DW_TAG_base_type:
      return baseType(type, common);
    case DW_TAG_enumeration_type:
      return { kind: "enum", ...common, ...enumerators(type) };
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
      return { kind: "pointer", ...common, target: nameOfType(type.type(), type) };
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
      return structType("struct", type, { common, budget });
    case DW_TAG_union_type:
      return structType("union", type, { common, budget });
    case DW_TAG_array_type:
      return arrayType(type, arrayCounts(type), { common, budget });
    default:
      return { kind: "opaque", ...common };
  }
}

/** As its own language writes it; that of void is told by the pointer to it. */
export function nameOfType(die: Die | undefined, near = die): string {
  const keywords = near === undefined || languageOf(near) === "c";
  return typeName(die, { keywords });
}

/** The type without its typedefs and qualifiers. */
export function strip(die: Die | undefined): Die | undefined {
  let type = unqualified(die);
  for (let depth = 0; type?.tag === DW_TAG_typedef && depth < 32; depth++) {
    type = unqualified(type.type());
  }
  return type?.tag === DW_TAG_typedef ? undefined : type;
}

interface Common {
  readonly name: string;
  readonly size: number;
}

interface Inside {
  readonly common: Common;
  readonly budget: Budget;
}

function baseType(type: Die, common: Common): TypeDesc {
  switch (type.size(DW_AT_encoding)) {
    case DW_ATE_boolean:
      return { kind: "bool", ...common };
    case DW_ATE_float:
      return { kind: "float", ...common };
    case DW_ATE_signed:
      return { kind: "int", signed: true, ...common };
    case DW_ATE_unsigned:
      return { kind: "int", signed: false, ...common };
    case DW_ATE_signed_char:
      return { kind: isByteOfRust(type) ? "int" : "char", signed: true, ...common };
    case DW_ATE_unsigned_char:
      return { kind: isByteOfRust(type) ? "int" : "char", signed: false, ...common };
    case DW_ATE_UTF:
      return { kind: "char", signed: false, ...common };
    default:
      return { kind: "opaque", ...common };
  }
}

/** Rust's `u8` and `i8` are numbers. */
function isByteOfRust(type: Die): boolean {
  return languageOf(type) === "rust";
}

function enumerators(type: Die): Pick<EnumType, "signed" | "values"> {
  const dies = [...type.children()].filter((it) => it.tag === DW_TAG_enumerator);
  const base = strip(type.type());
  const signed =
    base === undefined
      ? dies.some((it) => (it.constant(DW_AT_const_value) ?? 0n) < 0n)
      : [DW_ATE_signed, DW_ATE_signed_char].includes(base.size(DW_AT_encoding) ?? 0);
  const values = dies.flatMap((it) => {
    const value = it.constant(DW_AT_const_value);
    return value === undefined ? [] : [{ name: it.name ?? "?", value: `${value}` }];
  });
  return { signed, values };
}

function structType(kind: "struct" | "union", type: Die, { common, budget }: Inside): TypeDesc {
  const part = variantPart(type);
  if (part !== undefined) return variantType(part, { common, budget });
  const fields = fieldsOf(type).slice(0, MAX_MEMBERS);
  return { kind, ...common, members: fields.map((it) => memberOf(it, budget)) };
}

function variantType(part: Die, { common, budget }: Inside): TypeDesc {
  const told = discriminantOf(part);
  const variants = variantsOf(part).map(({ member, discriminant }) => ({
    name: member.name ?? "?",
    value: discriminant === undefined ? undefined : `${discriminant}`,
    offset: member.size(DW_AT_data_member_location) ?? 0,
    type: readType(member.type(), budget),
  }));
  const discriminant =
    told === undefined
      ? undefined
      : { offset: told.size(DW_AT_data_member_location) ?? 0, size: sizeOf(told.type()) };
  return { kind: "variant", ...common, discriminant, variants };
}

function memberOf(field: Field, budget: Budget): Member {
  return { name: field.name, offset: field.offset, type: fieldType(field, budget) };
}

/** The type of a member, which of a bit field says where in its bytes it is. */
export function fieldType({ type, bits }: Field, budget?: Budget): TypeDesc {
  const base = readType(type, budget);
  if (bits === undefined) return base;
  const size = Math.ceil((bits.offset + bits.size) / 8);
  const { name } = base;
  return { kind: "bits", name, size, bitOffset: bits.offset, bitSize: bits.size, base };
}

/** The array that is left of one when its outer dimensions have been indexed. */
export function readArrayType(array: Die, counts: readonly number[]): TypeDesc {
  const element = array.type();
  const size = counts.reduce((product, it) => product * it, sizeOf(element));
  const name = arrayName(array, counts);
  return arrayType(array, counts, { common: { name, size }, budget: { left: MAX_TYPES } });
}

function arrayName(array: Die, counts: readonly number[]): string {
  const dimensions = counts.map((it) => `[${it === 0 ? "" : it}]`).join("");
  return `${nameOfType(array.type())} ${dimensions}`;
}

function arrayType(type: Die, counts: readonly number[], { common, budget }: Inside): TypeDesc {
  const [count = 0, ...inner] = counts;
  const elementDie = type.type();
  if (inner.length === 0) {
    return { kind: "array", ...common, count, element: readType(elementDie, budget) };
  }
  const size = inner.reduce((product, it) => product * it, sizeOf(elementDie));
  const name = arrayName(type, inner);
  const element = arrayType(type, inner, { common: { name, size }, budget });
  return { kind: "array", ...common, count, element };
}
