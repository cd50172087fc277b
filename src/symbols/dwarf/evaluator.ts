import { nearestNames } from "../edit-distance.ts";
import type { Image } from "../image.ts";
import { arrayCounts } from "./array-counts.ts";
import { problemText } from "./debug-problem.ts";
import type { Die } from "./die.ts";
import { qualifiedName } from "./die-names.ts";
import { DW_TAG_member, DW_TAG_variable } from "./dwarf-constants.ts";
import {
  type Expression,
  formatExpression,
  type IndexExpression,
  type MemberExpression,
} from "./expression.ts";
import { type FindFailure, type FoundVariable, MAX_FOUND } from "./found-variable.ts";
import { fieldNames, findField, isAggregate } from "./members.ts";
import { plainType } from "./plain-types.ts";
import { fieldType, nameOfType, strip } from "./read-type.ts";
import { article, listed, Refused, refuse } from "./refused.ts";
import { registerful, Trail } from "./trail.ts";
import { sizeOf } from "./type-size.ts";
import { entryPlace, shapeOf, type TypedPlace } from "./typed-place.ts";
import type { VariableFinder } from "./variable-finder.ts";

/** Walks an expression through types and, where it follows pointers, through memory. */
export class Evaluator {
  readonly trail: Trail;
  /** The last name was code. */
  isFunction = false;
  /** The object that the last name is in. */
  image: Image | undefined;
  readonly #finder: VariableFinder;
  readonly #within: { readonly object?: string };

  constructor(finder: VariableFinder, within: { readonly object?: string }) {
    this.#finder = finder;
    this.trail = new Trail(finder.process);
    this.#within = within;
  }

  evaluate(expression: Expression): TypedPlace {
    switch (expression.kind) {
      case "name":
        return this.symbol(expression.name, expression.column);
      case "address":
        return { address: expression.address, type: undefined, size: 0 };
      case "member":
        return this.#member(expression);
      case "index":
        return this.#index(expression);
      case "target":
        return this.#target(expression.base);
      case "cast":
        return refuse(expression.column, "is an address, not a variable: put a * before it");
      case "through": {
        const { address, type, size } = this.#target(expression.base);
        const { offset } = expression;
        const isWhole = offset === 0n && size > 0;
        return {
          address: BigInt.asUintN(64, address + offset),
          type: isWhole ? type : undefined,
          size: isWhole ? size : registerful(address + offset),
        };
      }
    }
  }

  /** A whole variable or function. */
  symbol(name: string, column = 0): TypedPlace {
    const found = this.#finder.find({ ...this.#within, name });
    if (!found.ok) return this.#refuseName(column, found.error);
    const { address, size, type, isFunction, image } = found.value;
    this.isFunction = isFunction;
    this.image = image;
    this.trail.startAt(address);
    const place = entryPlace(address, type, image);
    const whole = { ...place, size: place.size === 0 ? size : place.size };
    return shapeOf(whole.type) === "reference"
      ? this.trail.follow(whole, { text: name, column })
      : whole;
  }

  #member(expression: MemberExpression): TypedPlace {
    const { base, name, column, arrow } = expression;
    const owner = this.#aggregate(base, arrow, column);
    const aggregate = strip(owner.type?.kind === "entry" ? owner.type.die : undefined);
    const text = formatExpression(base);
    if (aggregate === undefined || owner.type?.kind !== "entry") {
      return refuse(
        column,
        `cannot be looked up: the type of ${text} is not known${this.#whyNot()}`,
      );
    }
    const { image } = owner.type;
    const whole = this.#finder.types.complete(aggregate, image);
    const named = nameOfType(whole);
    if (!isAggregate(whole)) return refuse(column, `is no member: ${text} is ${article(named)}`);
    const field = findField(whole, name);
    if (field === undefined) return this.#staticMember(whole, expression, named);
    const address = owner.address + BigInt(field.offset);
    if (field.bits !== undefined) {
      const desc = fieldType(field);
      return { address, type: { kind: "plain", desc }, size: desc.size };
    }
    const place = entryPlace(address, field.type, image);
    if (shapeOf(place.type) !== "reference") return place;
    return this.trail.follow(place, { text: formatExpression(expression), column });
  }

  /** A static member is a variable with the type's name before its own. */
  #staticMember(
    aggregate: Die,
    { name, column, base }: MemberExpression,
    type: string,
  ): TypedPlace {
    const isStatic = [...aggregate.children()].some(
      (it) => (it.tag === DW_TAG_member || it.tag === DW_TAG_variable) && it.name === name,
    );
    if (isStatic) return this.symbol(`${qualifiedName(aggregate)}::${name}`, column);
    const names = fieldNames(aggregate);
    const near = nearestNames(name, names);
    const known =
      names.length === 0
        ? "its members are not known: it is only declared"
        : near.length > 0
          ? `did you mean ${near.join(", ")}?`
          : `it has ${listed(names)}`;
    return refuse(
      column,
      `is no member of ${type}, the type of ${formatExpression(base)}: ${known}`,
    );
  }

  /** What the dot or the arrow stands behind; a pointer is followed by either. */
  #aggregate(base: Expression, arrow: boolean, column: number): TypedPlace {
    if (base.kind === "cast") return this.#target(base);
    const place = this.evaluate(base);
    const shape = shapeOf(place.type);
    if (shape === "pointer") return this.trail.follow(place, spelt(base));
    if (arrow && shape === "array") return this.#element(place, 0n);
    if (arrow && place.type !== undefined) {
      const named = place.type.kind === "entry" ? nameOfType(place.type.die) : place.type.desc.name;
      return refuse(
        column,
        `is not reached by an arrow: ${formatExpression(base)} is ${article(named)}: use .`,
      );
    }
    return place;
  }

  #index({ base, index, column }: IndexExpression): TypedPlace {
    const place = base.kind === "cast" ? undefined : this.evaluate(base);
    const shape = shapeOf(place?.type);
    const text = formatExpression(base);
    if (place !== undefined && shape === "array" && place.type?.kind === "entry") {
      const array = strip(place.type.die);
      const count = array === undefined ? 0 : (arrayCounts(array)[place.type.indexed] ?? 0);
      // An array of one is often the start of a longer one.
      if (count > 1 && index >= BigInt(count)) {
        return refuse(column, `is no index: ${text} has ${count} elements, 0 to ${count - 1}`);
      }
      return this.#element(place, index);
    }
    if (place !== undefined && shape !== "pointer") {
      return refuse(column, `cannot index ${text}: it is no array and no pointer${this.#whyNot()}`);
    }
    const first = this.#target(base);
    if (first.size === 0)
      return refuse(column, `cannot index ${text}: the size of an element is not known`);
    return { ...first, address: BigInt.asUintN(64, first.address + index * BigInt(first.size)) };
  }

  #element({ address, type }: TypedPlace, index: bigint): TypedPlace {
    if (type?.kind !== "entry") throw new TypeError("only an array has elements");
    const array = strip(type.die);
    const element = array?.type();
    const counts = array === undefined ? [] : arrayCounts(array);
    const inner = counts.slice(type.indexed + 1);
    const size = inner.reduce((product, it) => product * it, sizeOf(element));
    const at = address + index * BigInt(size);
    if (inner.length > 0)
      return { address: at, type: { ...type, indexed: type.indexed + 1 }, size };
    return entryPlace(at, element, type.image);
  }

  /** What a pointer points to: one in memory, an address with a type, an array's first element. */
  #target(base: Expression): TypedPlace {
    if (base.kind === "cast") {
      const { address } = this.#pointerValue(base.base);
      return this.#cast(base.type, address, base.column);
    }
    const place = this.evaluate(base);
    if (base.kind === "address") return { ...place, size: registerful(place.address) };
    if (shapeOf(place.type) === "array") return this.#element(place, 0n);
    return this.trail.follow(place, spelt(base));
  }

  /** The address that stands behind a cast: as given, or what a variable holds. */
  #pointerValue(base: Expression): { readonly address: bigint } {
    if (base.kind === "address") return base;
    if (base.kind === "cast") return this.#pointerValue(base.base);
    const place = this.evaluate(base);
    if (shapeOf(place.type) === "array") return place;
    return { address: this.trail.read(place, spelt(base)) };
  }

  #cast(type: string, address: bigint, column: number): TypedPlace {
    const bare = type
      .replace(/^(struct|union|class|enum)\s+/, "")
      .replace(/\b(const|volatile)\s+/g, "");
    const known = bare.endsWith("*") ? undefined : this.#finder.types.named(bare);
    if (known !== undefined) return entryPlace(address, known.type, known.image);
    const desc = plainType(bare);
    if (desc === undefined)
      return refuse(column, `names no type: ${bare} is not known${this.#whyNot()}`);
    return { address, type: { kind: "plain", desc }, size: desc.size };
  }

  #refuseName(column: number, failure: FindFailure): never {
    if (failure.kind === "name") throw new Refused(failure);
    if (failure.kind === "nowhere") return refuse(column, `cannot be watched: ${failure.reason}`);
    const all = failure.found.map(describe);
    const remedy = "say which by FILE:NAME, OBJECT:NAME, its whole name or its address";
    const count = all.length > MAX_FOUND ? `more than ${MAX_FOUND}` : `${all.length}`;
    return refuse(column, `means ${count} variables: ${listed(all)}: ${remedy}`);
  }

  #whyNot(): string {
    const problem = this.image?.object.dwarf()?.problem;
    if (this.image === undefined || problem === undefined) return "";
    return `: ${problemText(this.image.object.name, problem)}`;
  }
}

function describe({ name, source, image, address, size }: FoundVariable): string {
  const where = source ?? image.object.name;
  return `${name} (${where}) 0x${address.toString(16)}/${size}`;
}

function spelt(base: Expression): { readonly text: string; readonly column: number } {
  return { text: formatExpression(base), column: base.column };
}
