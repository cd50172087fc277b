/**
 * A type as plain data: it may be written to a file and read back by who has no debug info. A pointer
 * names its target and does not hold it, so a type is finite.
 */
export type TypeDesc =
  | IntType
  | BoolType
  | FloatType
  | EnumType
  | PointerType
  | StructType
  | VariantType
  | ArrayType
  | BitsType
  | OpaqueType;

interface Common {
  /** As the source writes it: `unsigned int`, `struct conn *`, `shop::Box<int>`. */
  readonly name: string;
  /** In bytes; 0 where the type does not say, as of a flexible array. */
  readonly size: number;
}

export interface IntType extends Common {
  readonly kind: "int" | "char";
  readonly signed: boolean;
}

export interface BoolType extends Common {
  readonly kind: "bool";
}

/** Of the sizes 4 and 8, and x87's 80 bits in 12 or 16 bytes. */
export interface FloatType extends Common {
  readonly kind: "float";
}

export interface EnumType extends Common {
  readonly kind: "enum";
  readonly signed: boolean;
  readonly values: readonly Enumerator[];
}

export interface Enumerator {
  readonly name: string;
  /** In decimal: it may need all 64 bits, which a number in JSON does not have. */
  readonly value: string;
}

export interface PointerType extends Common {
  readonly kind: "pointer";
  readonly target: string;
}

export interface StructType extends Common {
  readonly kind: "struct" | "union";
  /** Base classes first, unnamed. */
  readonly members: readonly Member[];
}

export interface Member {
  /** Undefined of an anonymous struct or union, whose members are used as if they were its owner's. */
  readonly name: string | undefined;
  /** In bytes. */
  readonly offset: number;
  readonly type: TypeDesc;
}

/** One of several, as a Rust enum with fields: which, a number in it says. */
export interface VariantType extends Common {
  readonly kind: "variant";
  /** Undefined where there is but one. */
  readonly discriminant: { readonly offset: number; readonly size: number } | undefined;
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly name: string;
  /** The discriminant in decimal; undefined of the one that all others mean. */
  readonly value: string | undefined;
  readonly offset: number;
  readonly type: TypeDesc;
}

export interface ArrayType extends Common {
  readonly kind: "array";
  readonly element: TypeDesc;
  /** 0 of a flexible array. */
  readonly count: number;
}

/** A bit field: `size` bytes that hold it, and where in them it is, counted from the lowest bit. */
export interface BitsType extends Common {
  readonly kind: "bits";
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly base: TypeDesc;
}

/** What has bytes and no meaning that is known here: a complex number. */
export interface OpaqueType extends Common {
  readonly kind: "opaque";
}
