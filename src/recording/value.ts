import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { FrameDamage } from "./recording-error.ts";

/** What the rarer records hold: plain data, as in JSON, with whole numbers of any size. */
export type Value =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

/** The byte that a value begins with; texts and keys are numbers of the table of texts. */
const TAG = {
  none: 0,
  no: 1,
  yes: 2,
  whole: 3,
  negative: 4,
  big: 5,
  negativeBig: 6,
  double: 7,
  text: 8,
  list: 9,
  fields: 10,
} as const;

/** No data of ours are nested so deep; broken ones shall not use up the stack. */
const DEEPEST = 100;

/** Gives the number of a text, and writes the text first if it is new. */
export type TextNumber = (text: string) => number;
/** Gives the text of a number. */
export type TextOf = (number: number) => string;

export function writeValue(to: ByteWriter, value: Value, textNumber: TextNumber): void {
  if (value === undefined) to.byte(TAG.none);
  else if (typeof value === "boolean") to.byte(value ? TAG.yes : TAG.no);
  else if (typeof value === "number") writeNumber(to, value);
  else if (typeof value === "bigint") writeBig(to, value);
  else if (typeof value === "string") {
    to.byte(TAG.text);
    to.varint(textNumber(value));
  } else if (isList(value)) {
    to.byte(TAG.list);
    to.varint(value.length);
    for (const item of value) writeValue(to, item, textNumber);
  } else writeFields(to, value, textNumber);
}

function isList(
  value: readonly Value[] | { readonly [key: string]: Value },
): value is readonly Value[] {
  return Array.isArray(value);
}

function writeNumber(to: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    to.byte(TAG.double);
    to.f64(value);
  } else if (value < 0) {
    to.byte(TAG.negative);
    to.varint(-1 - value);
  } else {
    to.byte(TAG.whole);
    to.varint(value);
  }
}

function writeBig(to: ByteWriter, value: bigint): void {
  to.byte(value < 0n ? TAG.negativeBig : TAG.big);
  to.big(value < 0n ? -1n - value : value);
}

/** What is undefined is left out, as in JSON. */
function writeFields(
  to: ByteWriter,
  value: { readonly [key: string]: Value },
  textNumber: TextNumber,
): void {
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  to.byte(TAG.fields);
  to.varint(fields.length);
  for (const [key, item] of fields) {
    to.varint(textNumber(key));
    writeValue(to, item, textNumber);
  }
}

export function readValue(from: ByteReader, textOf: TextOf, depth = 0): Value {
  if (depth > DEEPEST) throw new FrameDamage("a record is nested too deep");
  const tag = from.byte();
  switch (tag) {
    case TAG.none:
      return undefined;
    case TAG.no:
      return false;
    case TAG.yes:
      return true;
    case TAG.whole:
      return from.varint();
    case TAG.negative:
      return -1 - from.varint();
    case TAG.big:
      return from.big();
    case TAG.negativeBig:
      return -1n - from.big();
    case TAG.double:
      return from.f64();
    case TAG.text:
      return textOf(from.varint());
    case TAG.list:
      return Array.from({ length: countOf(from) }, () => readValue(from, textOf, depth + 1));
    case TAG.fields:
      return readFields(from, textOf, depth);
    default:
      throw new FrameDamage(`a value begins with ${tag}`);
  }
}

function readFields(from: ByteReader, textOf: TextOf, depth: number): Value {
  const fields: [string, Value][] = [];
  for (let left = countOf(from); left > 0; left -= 1) {
    fields.push([textOf(from.varint()), readValue(from, textOf, depth + 1)]);
  }
  return Object.fromEntries(fields);
}

/** Everything that is counted takes a byte at least, so no count can ask for more than there is. */
function countOf(from: ByteReader): number {
  const count = from.varint();
  if (count > from.left) throw new FrameDamage("a list is longer than its frame");
  return count;
}
