import { formatDouble, formatLongDouble, formatSingle } from "./format-float.ts";
import type {
  ArrayType,
  EnumType,
  StructType,
  TypeDesc,
  Variant,
  VariantType,
} from "./type-desc.ts";

export interface ValueFormat {
  /** The name for what a pointer points to, such as `table+16`. */
  readonly symbolOf?: (address: bigint) => string | undefined;
  /** Characters after which a value is cut. Default 80. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 80;
const MAX_ELEMENTS = 32;
const MISSING = "?";

/**
 * The value that `bytes`, in memory order of a little-endian machine, have as a `type`. They may be
 * fewer than the type has: what is not known is shown as `?`.
 */
export function formatValue(type: TypeDesc, bytes: Uint8Array, format: ValueFormat = {}): string {
  const text = print(type, bytes, format);
  const limit = format.limit ?? DEFAULT_LIMIT;
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`;
}

function print(type: TypeDesc, bytes: Uint8Array, format: ValueFormat): string {
  switch (type.kind) {
    case "struct":
    case "union":
      return printStruct(type, bytes, format);
    case "array":
      return printArray(type, bytes, format);
    case "bits":
      return printBits(type, bytes, format);
    case "variant":
      return printVariant(type, bytes, format);
    case "opaque":
      return printOpaque(type, bytes);
    default:
      return bytes.length < type.size || type.size === 0
        ? printShort(bytes)
        : printScalar(type, bytes.subarray(0, type.size), format);
  }
}

type Scalar = Exclude<
  TypeDesc,
  { kind: "struct" | "union" | "array" | "bits" | "variant" | "opaque" }
>;

function printScalar(type: Scalar, bytes: Uint8Array, format: ValueFormat): string {
  switch (type.kind) {
    case "float":
      return printFloat(bytes);
    case "int":
      return printNumber(type, numberOf(bytes, type.signed), format);
    case "char":
      return printNumber(type, numberOf(bytes, type.signed), format);
    case "enum":
      return printNumber(type, numberOf(bytes, type.signed), format);
    default:
      return printNumber(type, numberOf(bytes, false), format);
  }
}

/** A number of some type, whichever bits it was made of. */
function printNumber(type: TypeDesc, value: bigint, { symbolOf }: ValueFormat): string {
  switch (type.kind) {
    case "char":
      return `${value} ${quoted(Number(BigInt.asUintN(type.size * 8, value)), "'")}`;
    case "bool":
      return value === 0n ? "false" : value === 1n ? "true" : `${value}`;
    case "enum":
      return printEnum(type, value);
    case "pointer": {
      const name = value === 0n ? undefined : symbolOf?.(value);
      return `0x${value.toString(16)}${name === undefined ? "" : ` <${name}>`}`;
    }
    default:
      return `${value}`;
  }
}

function printBits(
  { base, bitOffset, bitSize, size }: Extract<TypeDesc, { kind: "bits" }>,
  bytes: Uint8Array,
  format: ValueFormat,
): string {
  if (bytes.length < size) return printShort(bytes);
  const field = numberOf(bytes.subarray(0, size), false) >> BigInt(bitOffset);
  const signed = "signed" in base && base.signed;
  const value = signed ? BigInt.asIntN(bitSize, field) : BigInt.asUintN(bitSize, field);
  // A bit field of a character type is a small number, not a letter.
  return base.kind === "char" ? `${value}` : printNumber(base, value, format);
}

function printStruct({ kind, members }: StructType, bytes: Uint8Array, format: ValueFormat) {
  const parts = members.map(({ name, offset, type }) => {
    const own = bytes.subarray(Math.min(offset, bytes.length));
    const value = own.length === 0 && type.size > 0 ? MISSING : print(type, own, format);
    return name === undefined ? value : `${name} = ${value}`;
  });
  return parts.length === 0 && kind === "struct" ? "{}" : `{${parts.join(", ")}}`;
}

/** As Rust writes it, with C's way of members: `None`, `Some(3)`, `Rect {w = 1, h = 2}`. */
function printVariant(
  { discriminant, variants }: VariantType,
  bytes: Uint8Array,
  format: ValueFormat,
): string {
  const { offset, size } = discriminant ?? { offset: 0, size: 0 };
  if (bytes.length < offset + size) return MISSING;
  const told = numberOf(bytes.subarray(offset, offset + size), false);
  const is = ({ value }: Variant) =>
    value !== undefined && BigInt.asUintN(8 * size, BigInt(value)) === told;
  const variant = variants.find(is) ?? variants.find(({ value }) => value === undefined);
  if (variant === undefined) return printShort(bytes);
  const { type, name } = variant;
  if (type.kind !== "struct" || type.members.length === 0) return name;
  const own = bytes.subarray(variant.offset);
  if (!type.members.every((it) => /^__\d+$/.test(it.name ?? ""))) {
    return `${name} ${printStruct(type, own, format)}`;
  }
  const parts = type.members.map((it) => print(it.type, own.subarray(it.offset), format));
  return `${name}(${parts.join(", ")})`;
}

function printArray({ element, count }: ArrayType, bytes: Uint8Array, format: ValueFormat): string {
  if (element.kind === "char" && element.size === 1) return printString(bytes.subarray(0, count));
  const shown = Math.min(count, MAX_ELEMENTS);
  const parts = Array.from({ length: shown }, (_, i) => {
    const own = bytes.subarray(i * element.size, (i + 1) * element.size);
    return own.length === 0 ? MISSING : print(element, own, format);
  });
  return `{${[...parts, ...(count > shown ? ["…"] : [])].join(", ")}}`;
}

/** Up to the NULs at its end. */
function printString(bytes: Uint8Array): string {
  const last = bytes.findLastIndex((it) => it !== 0);
  return `"${[...bytes.subarray(0, last + 1)].map((it) => escaped(it, '"')).join("")}"`;
}

function printOpaque({ size }: TypeDesc, bytes: Uint8Array): string {
  const own = [...(size === 0 ? bytes : bytes.subarray(0, size))];
  return own.map((it) => it.toString(16).padStart(2, "0")).join(" ") || MISSING;
}

/** Bytes that are fewer than the type: a number, of which the high part is not known. */
function printShort(bytes: Uint8Array): string {
  if (bytes.length === 0) return MISSING;
  return `0x${MISSING}${numberOf(bytes, false)
    .toString(16)
    .padStart(bytes.length * 2, "0")}`;
}

/** The name of a value; of flags the names or-ed; else the number. */
function printEnum({ values }: EnumType, value: bigint): string {
  const exact = values.find((it) => BigInt(it.value) === value);
  if (exact !== undefined) return exact.name;
  const flags = values.map((it) => ({ name: it.name, value: BigInt(it.value) }));
  if (value <= 0n || !areFlags(flags.map((it) => it.value))) return `${value}`;
  const set = flags.filter((it) => it.value !== 0n && (value & it.value) === it.value);
  const rest = set.reduce((left, it) => left & ~it.value, value);
  const unknown = rest === 0n ? [] : [`0x${rest.toString(16)}`];
  return [...set.map((it) => it.name), ...unknown].join(" | ");
}

/** No two share a bit. */
function areFlags(values: readonly bigint[]): boolean {
  let seen = 0n;
  for (const value of values) {
    if (value < 0n || (seen & value) !== 0n) return false;
    seen |= value;
  }
  return seen !== 0n;
}

function printFloat(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return formatSingle(view.getFloat32(0, true));
  if (bytes.length === 8) return formatDouble(view.getFloat64(0, true));
  if (bytes.length === 12 || bytes.length === 16) {
    return formatLongDouble(view.getBigUint64(0, true), view.getUint16(8, true));
  }
  return printShort(bytes);
}

function numberOf(bytes: Uint8Array, signed: boolean): bigint {
  const value = bytes.reduceRight((high, byte) => (high << 8n) | BigInt(byte), 0n);
  return signed ? BigInt.asIntN(bytes.length * 8, value) : value;
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  27: "\\033",
  92: "\\\\",
};

function quoted(code: number, quote: string): string {
  return quote + escaped(code, quote) + quote;
}

function escaped(code: number, quote: string): string {
  const known = ESCAPES[code];
  if (known !== undefined) return known;
  if (code === quote.charCodeAt(0)) return `\\${quote}`;
  if (code < 0x20 || (code >= 0x7f && code < 0x100))
    return `\\${code.toString(8).padStart(3, "0")}`;
  return code <= 0x10ffff ? String.fromCodePoint(code) : `\\x${code.toString(16)}`;
}
