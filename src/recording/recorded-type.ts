import { fields, flag, listOf, oneOf, text, upTo } from "./shape.ts";
import type { Value } from "./value.ts";

/** The type of a variable as plain data: what is needed to print its value, and no debug info. */
export type RecordedType =
  | (Common & { readonly kind: "int" | "char"; readonly signed: boolean })
  | (Common & { readonly kind: "bool" | "float" | "opaque" })
  | (Common & {
      readonly kind: "enum";
      readonly signed: boolean;
      readonly values: readonly { readonly name: string; readonly value: string }[];
    })
  | (Common & { readonly kind: "pointer"; readonly target: string })
  | (Common & { readonly kind: "struct" | "union"; readonly members: readonly RecordedMember[] })
  | (Common & {
      readonly kind: "variant";
      readonly discriminant: { readonly offset: number; readonly size: number } | undefined;
      readonly variants: readonly RecordedVariant[];
    })
  | (Common & { readonly kind: "array"; readonly element: RecordedType; readonly count: number })
  | (Common & {
      readonly kind: "bits";
      readonly bitOffset: number;
      readonly bitSize: number;
      readonly base: RecordedType;
    });

type Common = {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
};

export type RecordedMember = {
  /** Undefined of an anonymous struct or union. */
  readonly name: string | undefined;
  readonly offset: number;
  readonly type: RecordedType;
};

/** One of the things that a value may be, and the number that says so. */
export type RecordedVariant = {
  readonly name: string;
  readonly value: string | undefined;
  readonly offset: number;
  readonly type: RecordedType;
};

/** No type that is watched is as large. */
const size = upTo(1 << 30);
const COMMON = { name: text, size };

const kindOf = fields(
  {
    kind: oneOf(
      ...(["int", "char", "bool", "float", "opaque", "enum", "pointer"] as const),
      ...(["struct", "union", "variant", "array", "bits"] as const),
    ),
  },
  {},
);
const number = fields({ ...COMMON, kind: oneOf("int", "char"), signed: flag }, {});
const plain = fields({ ...COMMON, kind: oneOf("bool", "float", "opaque") }, {});
const enumeration = fields(
  {
    ...COMMON,
    kind: oneOf("enum"),
    signed: flag,
    values: listOf(fields({ name: text, value: text }, {})),
  },
  {},
);
const pointer = fields({ ...COMMON, kind: oneOf("pointer"), target: text }, {});
const array = fields({ ...COMMON, kind: oneOf("array"), element: typeShape, count: size }, {});
const bits = fields(
  { ...COMMON, kind: oneOf("bits"), bitOffset: upTo(1 << 16), bitSize: upTo(128), base: typeShape },
  {},
);
const compound = fields(
  { ...COMMON, kind: oneOf("struct", "union"), members: listOf(memberShape) },
  {},
);

function memberShape(value: Value, name: string): RecordedMember {
  const member = fields({ offset: size, type: typeShape }, { name: text })(value, name);
  return { name: undefined, ...member };
}

function variantShape(value: Value, name: string): RecordedVariant {
  const variant = fields({ name: text, offset: size, type: typeShape }, { value: text })(
    value,
    name,
  );
  return { value: undefined, ...variant };
}

const variants = fields(
  { ...COMMON, kind: oneOf("variant"), variants: listOf(variantShape) },
  { discriminant: fields({ offset: size, size }, {}) },
);

export function typeShape(value: Value, name: string): RecordedType {
  const { kind } = kindOf(value, name);
  switch (kind) {
    case "int":
    case "char":
      return number(value, name);
    case "bool":
    case "float":
    case "opaque":
      return plain(value, name);
    case "enum":
      return enumeration(value, name);
    case "pointer":
      return pointer(value, name);
    case "struct":
    case "union":
      return compound(value, name);
    case "variant":
      return { discriminant: undefined, ...variants(value, name) };
    case "array":
      return array(value, name);
    case "bits":
      return bits(value, name);
  }
}
