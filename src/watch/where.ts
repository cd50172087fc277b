import type { WatchMode } from "../arch/index.ts";
import type { Result } from "../base/index.ts";
import { err, ok } from "../base/index.ts";
import { parseExpression } from "../symbols/index.ts";

/** What a user asked to watch, as typed and not yet looked up in any process. */
export interface Where {
  /** As it was typed. */
  readonly text: string;
  readonly place: Place;
  /** In bytes; undefined where the symbol or the address is to decide. */
  readonly length: number | undefined;
  readonly mode: WatchMode;
}

export type Place =
  | { readonly kind: "address"; readonly address: bigint }
  | { readonly kind: "symbol"; readonly name: string; readonly object?: string };

/** Why a WHERE was not understood, and where in its text. */
export interface WhereError {
  readonly text: string;
  /** Of the character that is wrong, from 0. */
  readonly column: number;
  readonly problem: string;
  readonly expected: string;
}

const MODES: Readonly<Record<string, WatchMode>> = { r: "r", w: "w", rw: "rw", wr: "rw", x: "x" };
const EXPECTED_MODE = "r, w, rw or x";
const EXPECTED_LENGTH = "a number of bytes, 1 or more";
const EXPECTED_PLACE = "an address such as 0x404100, or a symbol such as counter or lib.so:counter";
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;
const MAX_LENGTH = 2 ** 32;

/** What perf assumes for `mem:ADDR`: four bytes, read or written. */
const PERF_LENGTH = 4;
const PERF_MODE: WatchMode = "rw";

/**
 * Reads a WHERE in any of three spellings:
 *
 *     ADDR[/LEN][:MODE]  NAME[/LEN][:MODE]  OBJECT:NAME[/LEN][:MODE]    ours
 *     mem:ADDR[/LEN][:MODE]                                             perf's
 *     watchpoint:ADDR:LEN:MODE                                          bpftrace's
 *
 * A word that starts with a digit, or is of 16 hex digits, is an address; any other is a symbol.
 */
export function parseWhere(text: string): Result<Where, WhereError> {
  if (text.startsWith("mem:")) return parsePerf(text);
  if (/^(watchpoint|w):/.test(text)) return parseBpftrace(text);
  return parseOurs(text);
}

/** The one spelling we print: `0x404100/8:w`, `lib.so:counter/8:w`. */
export function formatWhere(where: Where): string {
  const { place, length, mode } = where;
  const at =
    place.kind === "address"
      ? hex(place.address)
      : [place.object, place.name].filter((part) => part !== undefined).join(":");
  return `${at}${length === undefined ? "" : `/${length}`}:${mode}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function parseOurs(text: string): Result<Where, WhereError> {
  const tail = splitTail(text, 0);
  if (!tail.ok) return tail;
  const { end, length, mode } = tail.value;
  const place = parsePlace(text.slice(0, end), text);
  if (!place.ok) return place;
  return checked({ text, place: place.value, length, mode: mode ?? "w" });
}

function parsePerf(text: string): Result<Where, WhereError> {
  const start = "mem:".length;
  const tail = splitTail(text, start);
  if (!tail.ok) return tail;
  const { end, length, mode } = tail.value;
  const address = parseAddress(text.slice(start, end));
  if (address === undefined) return wrong(text, start, "is no address", "mem:ADDR[/LEN][:MODE]");
  return checked({
    text,
    place: { kind: "address", address },
    length: length ?? (mode === "x" ? undefined : PERF_LENGTH),
    mode: mode ?? PERF_MODE,
  });
}

function parseBpftrace(text: string): Result<Where, WhereError> {
  const form = "watchpoint:ADDR:LEN:MODE";
  const parts = text.split(":");
  const [word = "", addressText = "", lengthText = "", modeText = ""] = parts;
  if (parts.length !== 4) return wrong(text, text.length, "has not four parts", form);
  const address = parseAddress(addressText);
  if (address === undefined) return wrong(text, word.length + 1, "is no address", form);
  const lengthAt = word.length + addressText.length + 2;
  const length = parseLength(lengthText);
  if (length === undefined) return wrong(text, lengthAt, "is no length", EXPECTED_LENGTH);
  const mode = MODES[modeText];
  const modeAt = lengthAt + lengthText.length + 1;
  if (mode === undefined) return wrong(text, modeAt, "is no mode", EXPECTED_MODE);
  return checked({ text, place: { kind: "address", address }, length, mode });
}

interface Tail {
  /** Where the place ends and the tail begins. */
  readonly end: number;
  readonly length: number | undefined;
  readonly mode: WatchMode | undefined;
}

/** Takes `[/LEN][:MODE]` off the end. A colon without a mode behind it belongs to the place. */
function splitTail(text: string, start: number): Result<Tail, WhereError> {
  const slash = text.lastIndexOf("/");
  const colon = text.lastIndexOf(":");
  const hasLength = slash >= start && /^\/\w*(:\w*)?$/.test(text.slice(slash));
  const afterLength = hasLength && colon > slash;
  const mode = colon >= start ? MODES[text.slice(colon + 1)] : undefined;
  if (mode === undefined && (afterLength || text.endsWith(":"))) {
    return wrong(text, colon + 1, "is no mode", EXPECTED_MODE);
  }
  const beforeMode = mode === undefined ? text.length : colon;
  if (!hasLength) return ok({ end: beforeMode, length: undefined, mode });
  const length = parseLength(text.slice(slash + 1, beforeMode));
  if (length === undefined) return wrong(text, slash + 1, "is no length", EXPECTED_LENGTH);
  return ok({ end: slash, length, mode });
}

function parsePlace(place: string, text: string): Result<Place, WhereError> {
  const address = parseAddress(place);
  if (address !== undefined) return ok({ kind: "address", address });
  if (place === "" || /^\d/.test(place)) return wrong(text, 0, "is no address", EXPECTED_PLACE);
  // The object ends at the first single colon: `a::b` is one name.
  const match = /^((?:[^:]|::)*?[^:]):(?!:)(.+)$/.exec(place);
  const [, object, name] = match ?? [undefined, undefined, place];
  if (name?.includes("/") && !isExpression(name)) {
    return wrong(text, place.lastIndexOf("/") + 1, "is no length", EXPECTED_LENGTH);
  }
  if (name !== undefined && isExpression(name)) return parseNamed(text, name, object);
  if (/[\s,]/.test(name ?? "")) {
    return wrong(text, text.search(/[\s,]/), "cannot be in a symbol", EXPECTED_PLACE);
  }
  if (name === undefined || name.startsWith(":") || name.endsWith(":")) {
    return wrong(text, place.length - 1, "is no symbol", EXPECTED_PLACE);
  }
  return ok({ kind: "symbol", name, ...(object === undefined ? {} : { object }) });
}

/** More than a name: its grammar is that of variable expressions. A plain `a.b` may be a symbol. */
function isExpression(name: string): boolean {
  return /^[@*&]|->|[[(<]/.test(name);
}

function parseNamed(text: string, name: string, object: string | undefined) {
  const parsed = parseExpression(name);
  const within = object === undefined ? {} : { object };
  if (parsed.ok) return ok<Place>({ kind: "symbol", name, ...within });
  const column = text.indexOf(name, object === undefined ? 0 : object.length) + parsed.error.column;
  const [problem = "", expected = EXPECTED_PLACE] = parsed.error.problem.split(": expected ");
  return wrong(text, column, problem, expected);
}

function parseAddress(text: string): bigint | undefined {
  const digits = /^(?:0x([0-9a-f]+)|([0-9][0-9a-f]*|[0-9a-f]{16}))$/i.exec(text);
  if (digits === null) return undefined;
  const address = BigInt(`0x${digits[1] ?? digits[2]}`);
  return address <= LAST_ADDRESS ? address : undefined;
}

function parseLength(text: string): number | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const length = Number(text);
  return length >= 1 && length <= MAX_LENGTH ? length : undefined;
}

function checked(where: Where): Result<Where, WhereError> {
  const { place, length = 1, text } = where;
  if (place.kind === "address" && place.address + BigInt(length) - 1n > LAST_ADDRESS) {
    return wrong(text, 0, "ends behind the last address", "a range within 64 bits");
  }
  return ok(where);
}

function wrong(
  text: string,
  column: number,
  problem: string,
  expected: string,
): Result<Where, WhereError> & { ok: false } {
  return err({ text, column, problem, expected });
}
