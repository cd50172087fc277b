import type { TypeDesc } from "../../values/index.ts";

const INTEGERS: Readonly<Record<string, readonly [size: number, signed: boolean]>> = {
  int: [4, true],
  unsigned: [4, false],
  "unsigned int": [4, false],
  short: [2, true],
  "unsigned short": [2, false],
  long: [8, true],
  "unsigned long": [8, false],
  "long long": [8, true],
  "unsigned long long": [8, false],
  int8_t: [1, true],
  uint8_t: [1, false],
  int16_t: [2, true],
  uint16_t: [2, false],
  int32_t: [4, true],
  uint32_t: [4, false],
  int64_t: [8, true],
  uint64_t: [8, false],
  size_t: [8, false],
  ssize_t: [8, true],
  intptr_t: [8, true],
  uintptr_t: [8, false],
  u8: [1, false],
  i8: [1, true],
  u16: [2, false],
  i16: [2, true],
  u32: [4, false],
  i32: [4, true],
  u64: [8, false],
  i64: [8, true],
  usize: [8, false],
  isize: [8, true],
};

/** The types that need no debug info, as 64-bit Linux has them. `name` may end in stars. */
export function plainType(name: string): TypeDesc | undefined {
  const text = name
    .replace(/\b(const|volatile)\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
  if (text.endsWith("*")) {
    const target = text.slice(0, -1).trimEnd();
    return {
      kind: "pointer",
      name: `${target}${target.endsWith("*") ? "" : " "}*`,
      size: 8,
      target,
    };
  }
  const integer = INTEGERS[text];
  if (integer !== undefined) {
    const [size, signed] = integer;
    return { kind: "int", name: text, size, signed };
  }
  switch (text) {
    case "char":
    case "signed char":
      return { kind: "char", name: text, size: 1, signed: true };
    case "unsigned char":
      return { kind: "char", name: text, size: 1, signed: false };
    case "bool":
    case "_Bool":
      return { kind: "bool", name: text, size: 1 };
    case "float":
      return { kind: "float", name: text, size: 4 };
    case "double":
      return { kind: "float", name: text, size: 8 };
    case "long double":
      return { kind: "float", name: text, size: 16 };
    default:
      return undefined;
  }
}
