import { nearestNames } from "../edit-distance.ts";
import type { Image } from "../image.ts";
import { arrayCounts } from "./array-counts.ts";
import type { Die } from "./die.ts";
import { qualifiedName } from "./die-names.ts";
import { DW_TAG_member, DW_TAG_variable } from "./dwarf-constants.ts";
import {
  type Expression,
  formatExpression,
  type IndexExpression,
  type MemberExpression,
} from "./expression.ts";
import { fieldNames, findField, isAggregate } from "./members.ts";
import { plainType } from "./plain-types.ts";
import { readProcessMemory } from "./process-memory.ts";
import { fieldType, nameOfType, strip } from "./read-type.ts";
import type { PlaceFailure } from "./resolve-expression.ts";
import { addressSize, sizeOf } from "./type-size.ts";
import { entryPlace, shapeOf, type TypedPlace } from "./typed-place.ts";
import {
  type FindFailure,
  type FoundVariable,
  MAX_FOUND,
  type VariableFinder,
} from "./variable-finder.ts";

/** A pointer that was read to find the place. */
export interface Followed {
  readonly expression: string;
  readonly value: bigint;
}

/** Why an expression names no place; never leaves this folder. */
export class Refused extends Error {
  readonly failure: PlaceFailure;

  constructor(failure: PlaceFailure) {
    super(failure.kind === "name" ? failure.failure.kind : failure.problem);
    this.failure = failure;
  }
}

const SHOWN = 12;
const POINTER_SIZE = 8;
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Walks an expression through types and, where it follows pointers, through memory. */
export class Evaluator {
  readonly followed: Followed[] = [];
  /** The last name was code. */
  isFunction = false;
  /** The object that the last name is in. */
  image: Image | undefined;
  /** The last name's place, and how far behind it, then behind each target, a pointer was read. */
  start: bigint | undefined;
  readonly behind: bigint[] = [];
  #origin = 0n;
  readonly #finder: VariableFinder;
  readonly #within: { readonly object?: string };

  constructor(finder: VariableFinder, within: { readonly object?: string }) {
    this.#finder = finder;
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
    this.#startAt(address);
    const place = entryPlace(address, type, image);
    const whole = { ...place, size: place.size === 0 ? size : place.size };
    return shapeOf(whole.type) === "reference" ? this.#follow(whole, name, column) : whole;
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
    const whole = this.#finder.complete(aggregate, image);
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
    const whole2 = formatExpression(expression);
    return shapeOf(place.type) === "reference" ? this.#follow(place, whole2, column) : place;
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
    if (shape === "pointer") return this.#follow(place, formatExpression(base), base.column);
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
    return this.#follow(place, formatExpression(base), base.column);
  }

  /** The address that stands behind a cast: as given, or what a variable holds. */
  #pointerValue(base: Expression): { readonly address: bigint } {
    if (base.kind === "address") return base;
    if (base.kind === "cast") return this.#pointerValue(base.base);
    const place = this.evaluate(base);
    if (shapeOf(place.type) === "array") return place;
    return { address: this.#read(place, formatExpression(base), base.column) };
  }

  #cast(type: string, address: bigint, column: number): TypedPlace {
    const bare = type
      .replace(/^(struct|union|class|enum)\s+/, "")
      .replace(/\b(const|volatile)\s+/g, "");
    const known = bare.endsWith("*") ? undefined : this.#finder.typeNamed(bare);
    if (known !== undefined) return entryPlace(address, known.type, known.image);
    const desc = plainType(bare);
    if (desc === undefined)
      return refuse(column, `names no type: ${bare} is not known${this.#whyNot()}`);
    return { address, type: { kind: "plain", desc }, size: desc.size };
  }

  /** The place that a pointer or a reference in memory leads to. */
  #follow(place: TypedPlace, text: string, column: number): TypedPlace {
    const { type } = place;
    const shape = shapeOf(type);
    const isPointer = shape === "pointer" || shape === "reference";
    if (type !== undefined && !isPointer && type.kind === "entry") {
      const named = nameOfType(type.die);
      return refuse(column, `is no pointer: ${text} is ${article(named)}`);
    }
    const value = this.#read(place, text, column);
    this.followed.push({ expression: text, value });
    if (value === 0n) return refuse(column, `cannot be followed: ${text} is a null pointer now`);
    // Before a program's relocations are made, its pointers hold what the linker wrote.
    if (readProcessMemory(this.#finder.process, value, 1) === undefined) {
      const hex = `0x${value.toString(16)}`;
      return refuse(column, `cannot be followed: ${text} is ${hex}, where nothing is mapped now`);
    }
    if (type?.kind !== "entry")
      return { address: value, type: undefined, size: registerful(value) };
    return entryPlace(value, strip(type.die)?.type(), type.image);
  }

  #read({ address, type }: TypedPlace, text: string, column: number): bigint {
    const size = type?.kind === "entry" ? addressSize(type.die) : POINTER_SIZE;
    const bytes = readProcessMemory(this.#finder.process, address, size);
    if (bytes === undefined) {
      return refuse(
        column,
        `cannot be followed: ${text}, at 0x${address.toString(16)}, cannot be read`,
      );
    }
    const value = bytes.reduceRight((high, byte) => (high << 8n) | BigInt(byte), 0n) & LAST_ADDRESS;
    this.behind.push(address - this.#origin);
    this.#origin = value;
    return value;
  }

  /** A static member is found anew: what was followed before it does not matter. */
  #startAt(address: bigint): void {
    this.start = address;
    this.#origin = address;
    this.behind.length = 0;
    this.followed.length = 0;
  }

  /** How far behind the last target, or the start, the place is. */
  distance({ address }: TypedPlace): bigint {
    return address - this.#origin;
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
    return `: ${this.image.object.name} has no debug info`;
  }
}

function describe({ name, source, image, address, size }: FoundVariable): string {
  const where = source ?? image.object.name;
  return `${name} (${where}) 0x${address.toString(16)}/${size}`;
}

function refuse(column: number, problem: string): never {
  throw new Refused({ kind: "expression", column, problem });
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** `an int`, `a struct conn`. */
function article(type: string): string {
  return `${/^[aeiou]/i.test(type) ? "an" : "a"} ${type}`;
}

/** The most that one register watches from an address on. */
function registerful(address: bigint): number {
  return [8, 4, 2].find((length) => address % BigInt(length) === 0n) ?? 1;
}
