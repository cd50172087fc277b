import { asVa, type Va } from "../base/index.ts";
import { FrameDamage } from "./recording-error.ts";
import type { Value } from "./value.ts";

/** Makes what it expects of a value, or throws FrameDamage. What nobody asks for is passed over. */
export type Shape<T> = (value: Value, name: string) => T;

/** What a shape makes. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

function wrong(name: string, expected: string): never {
  throw new FrameDamage(`${name}: not ${expected}`);
}

export const text: Shape<string> = (value, name) =>
  typeof value === "string" ? value : wrong(name, "a text");

export const flag: Shape<boolean> = (value, name) =>
  typeof value === "boolean" ? value : wrong(name, "yes or no");

/** Any number, such as seconds. */
export const amount: Shape<number> = (value, name) =>
  typeof value === "number" ? value : wrong(name, "a number");

/** A whole number that fits a double. */
export const whole: Shape<number> = (value, name) =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : wrong(name, "a whole number");

/** A size or a count of which no sound recording has more: whoever makes room for it can trust it. */
export function upTo(most: number): Shape<number> {
  return (value, name) => {
    const number = whole(value, name);
    return number >= 0 && number <= most ? number : wrong(name, `a number up to ${most}`);
  };
}

/** A whole number of 64 bits or more: an address, a time, a count. */
export const big: Shape<bigint> = (value, name) =>
  typeof value === "bigint" ? value : wrong(name, "a large whole number");

export const address: Shape<Va> = (value, name) => asVa(big(value, name));

/** Whatever there is. */
export const anything: Shape<Value> = (value) => value;

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value, name) =>
    words.find((word) => word === value) ?? wrong(name, `one of ${words.join(", ")}`);
}

/** One of the words, or a newer program's that this one has not heard of: then it is as if not known. */
export function knownOf<const T extends string>(...words: readonly T[]): Shape<T | undefined> {
  return (value, name) => {
    const word = text(value, name);
    return words.find((it) => it === word);
  };
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, name) =>
    Array.isArray(value)
      ? value.map((it: Value, index) => item(it, `${name}[${index}]`))
      : wrong(name, "a list");
}

/** By name, whatever the names are. */
export function byName<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, name) =>
    Object.fromEntries(
      Object.entries(fieldsOf(value, name)).map(([key, it]) => [key, item(it, `${name}.${key}`)]),
    );
}

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type All<S extends Shapes> = { readonly [K in keyof S]: Shaped<S[K]> };
type Some<S extends Shapes> = { readonly [K in keyof S]?: Shaped<S[K]> | undefined };

/** All of `must`, and of `may` what is there. */
export function fields<M extends Shapes, O extends Shapes>(
  must: M,
  may: O,
): Shape<All<M> & Some<O>> {
  return (value, name) => {
    const given = fieldsOf(value, name);
    const made: Record<string, unknown> = {};
    // In the order in which they were written, for that is how they are printed.
    for (const [key, item] of Object.entries(given)) {
      const shape = Object.hasOwn(must, key)
        ? must[key]
        : Object.hasOwn(may, key)
          ? may[key]
          : undefined;
      if (shape !== undefined && item !== undefined) made[key] = shape(item, `${name}.${key}`);
    }
    for (const [key, shape] of Object.entries(must)) {
      if (!Object.hasOwn(made, key)) made[key] = shape(given[key], `${name}.${key}`);
    }
    return made as All<M> & Some<O>;
  };
}

function fieldsOf(value: Value, name: string): { readonly [key: string]: Value } {
  if (typeof value !== "object" || value === null || isArray(value)) wrong(name, "a record");
  return value;
}

function isArray(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
