import { type Architecture, coverRange, type Piece, type WatchMode } from "../arch/index.ts";
import { asPid, asVa } from "../base/index.ts";
import {
  type NameFailure,
  type PlaceFailure,
  type PlaceQuery,
  resolveExpression,
  type TypeDesc,
} from "../symbols/index.ts";
import type { Spot } from "./spot.ts";
import { WatchError } from "./watch-error.ts";
import { parseWhere, type Where, type WhereError } from "./where.ts";

/** Reads all WHEREs. Throws WatchError, pointing at the character, for the first that is wrong. */
export function parseWheres(texts: readonly string[]): readonly Where[] {
  if (texts.length === 0) {
    throw new WatchError("usage", "watch: nothing to watch: give an address or a symbol");
  }
  return texts.map((text) => {
    const where = parseWhere(text);
    if (where.ok) return where.value;
    throw new WatchError("usage", whereProblem(where.error));
  });
}

function whereProblem({ text, column, problem, expected }: WhereError): string {
  const rest = text.slice(column);
  const what = rest === "" ? "the end" : `"${rest}"`;
  return `watch ${text}: column ${column + 1}: ${what} ${problem}: expected ${expected}`;
}

/** A range of addresses that a WHERE means in some of the processes. */
interface Found {
  readonly where: Where;
  readonly name: string;
  readonly address: bigint;
  readonly length: number;
  readonly pids: ReadonlySet<number> | undefined;
  readonly type?: TypeDesc;
  readonly signed?: boolean;
  readonly note?: string;
}

/**
 * Finds each WHERE in each process and covers it with debug registers. Where a symbol lies at
 * different addresses in different processes, each address is a spot of its own.
 */
export function resolveSpots(
  arch: Architecture,
  wheres: readonly Where[],
  pids: readonly number[],
): readonly Spot[] {
  const found = wheres.flatMap((where) => findWhere(where, pids));
  const spots: Spot[] = [];
  let free = arch.slots.data;
  for (const { where, name, address, length, pids: meant, ...told } of found) {
    const pieces = cover(arch, { address, length, mode: where.mode }, { free, where });
    free -= pieces.length;
    spots.push({
      index: spots.length,
      name,
      address,
      length,
      mode: where.mode,
      inexact: pieces.find((piece) => piece.inexact !== undefined)?.inexact,
      pieces,
      pids: meant,
      symbol: where.place.kind === "symbol" ? where.place : undefined,
      ...told,
    });
  }
  return spots;
}

function cover(
  arch: Architecture,
  range: { address: bigint; length: number; mode: WatchMode },
  { free, where }: { free: number; where: Where },
): readonly Piece[] {
  const covered = coverRange(arch, { ...range, address: asVa(range.address) }, free);
  if (covered.ok) return covered.value;
  throw new WatchError("usage", `watch ${where.text}: ${covered.error.text}`);
}

function findWhere(where: Where, pids: readonly number[]): readonly Found[] {
  const { place } = where;
  if (place.kind === "address") {
    const length = where.length ?? defaultLength(place.address, where.mode);
    const name = `0x${place.address.toString(16)}`;
    return [{ where, name, address: place.address, length, pids: undefined }];
  }
  if (pids.length === 0) {
    const remedy = "give an address, or a process with -p";
    throw new WatchError("usage", `watch ${where.text}: a symbol needs a process: ${remedy}`);
  }
  const byAddress = Map.groupBy(
    pids.map((pid) => findSymbol(where, pid)),
    (it) => it.address,
  );
  return [...byAddress].flatMap(([address, them]) => {
    const [first] = them;
    if (first === undefined) return [];
    const { pid: _, ...found } = first;
    const meant = byAddress.size > 1 ? new Set(them.map((it) => it.pid)) : undefined;
    return [{ where, ...found, address, pids: meant }];
  });
}

/** One register's worth: the most that fits an aligned register at this address. */
function defaultLength(address: bigint, mode: WatchMode): number {
  if (mode === "x") return 1;
  return [8, 4, 2].find((length) => address % BigInt(length) === 0n) ?? 1;
}

interface FoundIn extends Omit<Found, "where" | "pids"> {
  readonly pid: number;
}

function findSymbol(where: Where, pid: number): FoundIn {
  const { place, text, mode } = where;
  if (place.kind !== "symbol") throw new TypeError("an address needs no looking up");
  const named = resolveExpression(asPid(pid), queryOf(place));
  if (!named.ok) throw new WatchError("target", placeProblem(where, pid, named.error));
  const { address, length: size, name, type, untyped, followed } = named.value;
  const length = mode === "x" ? 1 : (where.length ?? size);
  if (length === 0) {
    const remedy = `give one, such as ${text}/8`;
    throw new WatchError("usage", `watch ${text}: its symbol has no size: ${remedy}`);
  }
  const through = followed.map((it) => `${it.expression} was 0x${it.value.toString(16)}`);
  const note = through.length > 0 ? `followed when armed: ${through.join(", ")}` : untyped;
  return {
    pid,
    name,
    address,
    length,
    ...(type !== undefined && type.size === length ? { type, signed: isSigned(type) } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

function isSigned(type: TypeDesc): boolean {
  if (type.kind === "bits") return isSigned(type.base);
  return "signed" in type && type.signed;
}

/** How debug info is asked for what a WHERE or a spot names. */
export function queryOf({ object, name }: { readonly object?: string; readonly name: string }) {
  const query: PlaceQuery = { text: name, ...(object === undefined ? {} : { object }) };
  return query;
}

/** An expression's error points at the character in the WHERE. */
function placeProblem({ text, place }: Where, pid: number, failure: PlaceFailure): string {
  const before =
    place.kind === "symbol" && place.object !== undefined ? place.object.length + 1 : 0;
  if (failure.kind === "name") {
    const start = `watch ${text}`;
    const at = nameColumn(text, before, failure.failure);
    return nameProblem(text, pid, failure.failure).replace(start, `${start}: column ${at + 1}`);
  }
  const column = before + failure.column;
  const rest = text.slice(column);
  const what = /^(?:[\w$]|::)+/.exec(rest)?.[0] ?? rest;
  const subject = what === "" ? "the end" : `"${what}"`;
  return `watch ${text}: column ${column + 1}: ${subject} ${failure.problem}`;
}

/** Where in a WHERE the name stands of which a failure speaks. */
function nameColumn(text: string, before: number, failure: NameFailure): number {
  return "name" in failure ? Math.max(before, text.indexOf(failure.name, before)) : 0;
}

/** The failure as one line: what was looked for, why it has no address, and what would. */
export function nameProblem(text: string, pid: number, failure: NameFailure): string {
  const start = `watch ${text}: in process ${pid}`;
  switch (failure.kind) {
    case "unknown":
      return `${start} no symbol is named ${failure.name}${didYouMean(failure.nearest)}`;
    case "ambiguous": {
      const all = failure.candidates.map(
        ({ object, address, size }) => `${object} 0x${address.toString(16)}/${size}`,
      );
      const remedy = "say which by OBJECT:NAME or by its address";
      return `${start} ${all.length} symbols are named ${failure.name}: ${all.join(", ")}: ${remedy}`;
    }
    case "no-object":
      return `${start} no object is loaded and no source file known as ${failure.object}${because(failure.why)}${didYouMean(failure.nearest)}`;
    case "not-in-file":
      return `${start} ${failure.file} has no ${failure.name}${didYouMean(failure.nearest)}`;
    case "tls":
      return `${start} each thread has a ${failure.name} of its own: ${failure.hint}`;
    case "no-symbols":
      return `${start} ${failure.objects.join(", ")} has no symbols: ${failure.hint}`;
    case "no-process":
      return `${start}: ${failure.hint}`;
  }
}

function because(why: string | undefined): string {
  return why === undefined ? "" : `: ${why}`;
}

function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? "" : `: did you mean ${names.join(", ")}?`;
}
