/**
 * What a variable expression says: C's, as far as it names memory. Columns count from 0 in the text.
 *
 *     top     = "@" unary [("+" | "-") number] | unary
 *     unary   = "*" unary | "(" type "*" ")" unary | postfix
 *     postfix = (name | number | "(" unary ")") { "." name | "->" name | "[" number "]" }
 */
export type Expression =
  | NameExpression
  | AddressExpression
  | MemberExpression
  | IndexExpression
  | TargetExpression
  | CastExpression
  | ThroughExpression;

interface At {
  readonly column: number;
}

/** `counter`, `ns::Box<int>::total`. */
export interface NameExpression extends At {
  readonly kind: "name";
  readonly name: string;
}

export interface AddressExpression extends At {
  readonly kind: "address";
  readonly address: bigint;
}

/** `base.name`, `base->name`; the column is the member's. */
export interface MemberExpression extends At {
  readonly kind: "member";
  readonly base: Expression;
  readonly name: string;
  readonly arrow: boolean;
}

/** `base[index]`; the column is the index's. */
export interface IndexExpression extends At {
  readonly kind: "index";
  readonly base: Expression;
  readonly index: bigint;
}

/** `*base`. */
export interface TargetExpression extends At {
  readonly kind: "target";
  readonly base: Expression;
}

/** `(type *)base`; more than one star are part of the type. */
export interface CastExpression extends At {
  readonly kind: "cast";
  readonly type: string;
  readonly base: Expression;
}

/** `@base+offset`: bytes behind what a pointer points to. */
export interface ThroughExpression extends At {
  readonly kind: "through";
  readonly base: Expression;
  readonly offset: bigint;
}

/** The one spelling that is printed. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case "name":
      return expression.name;
    case "address":
      return `0x${expression.address.toString(16)}`;
    case "member":
      return `${postfixBase(expression.base)}${expression.arrow ? "->" : "."}${expression.name}`;
    case "index":
      return `${postfixBase(expression.base)}[${expression.index}]`;
    case "target":
      return `*${formatExpression(expression.base)}`;
    case "cast": {
      const space = expression.type.endsWith("*") ? "" : " ";
      return `(${expression.type}${space}*)${formatExpression(expression.base)}`;
    }
    case "through": {
      const { base, offset } = expression;
      const sign = offset < 0n ? "-" : "+";
      const behind = offset === 0n ? "" : `${sign}${offset < 0n ? -offset : offset}`;
      return `@${formatExpression(base)}${behind}`;
    }
  }
}

/** A star and a cast bind less than what follows. */
function postfixBase(base: Expression): string {
  const text = formatExpression(base);
  return base.kind === "target" || base.kind === "cast" ? `(${text})` : text;
}
