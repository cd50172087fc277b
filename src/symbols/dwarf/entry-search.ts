import { placesOf, stringPlaces, stringsBeginning, wordBytes } from "./byte-search.ts";
import type { DebugObject, Unit } from "./debug-object.ts";
import { type DebugSections, readSections } from "./debug-sections.ts";
import type { Die } from "./die.ts";
import { DW_AT_location, DW_AT_name } from "./dwarf-constants.ts";

/** An entry, and the entries around it: the unit first. */
export interface Entry {
  readonly die: Die;
  readonly parents: readonly Die[];
}

/** An expression of nine bytes: DW_OP_addr, and then the address. */
const FIXED_ADDRESS = Buffer.from([0x09, 0x03]);
/** How far behind the name a variable's location stands at most: what compilers put between is less. */
const ATTRIBUTE_BYTES = 32;
const MAX_OFFSETS = 4096;
const DW_AT_str_offsets_base = 0x72;

/** The units that are in one section, and that section's bytes. */
interface Part {
  readonly sections: DebugSections;
  /** In ascending order of their offsets there. */
  readonly units: readonly { readonly unit: Unit; readonly offset: number }[];
}

/**
 * Finds entries by the bytes that they must contain: where a name or an address stands in the raw
 * section tells the few units that are worth walking. There is no index in most files, and a walk
 * over all entries of a large program takes minutes.
 */
export class EntrySearch {
  readonly #debug: DebugObject;
  #parts: readonly Part[] | undefined;

  constructor(debug: DebugObject) {
    this.#debug = debug;
  }

  /**
   * Entries with this name of their own, of whatever kind. A name that parameters and members all
   * over a large program bear is cut off: those that are variables come with `variablesNamed`.
   */
  *named(name: string): Generator<Entry> {
    for (const part of this.#allParts()) {
      const offsets = nameOffsets(part.sections, name).slice(0, MAX_OFFSETS);
      yield* entriesAt(part, offsets, (it) => it.name === name);
      const isNamed = (it: Die) => it.name === name && it.has(DW_AT_name);
      for (const unit of unitsByIndex(part, name)) yield* walk(unit, isNamed);
    }
  }

  /** Entries of what a template was made into: `store` finds `store<int>`. */
  *instancesNamed(name: string): Generator<Entry> {
    const names = new Set(
      this.#allParts().flatMap(({ sections }) => [
        ...stringsBeginning(sections.strings, `${name}<`),
        ...stringsBeginning(sections.sharedStrings, `${name}<`),
      ]),
    );
    for (const it of names) yield* this.named(it);
  }

  /** Of the entries with this name those with a fixed address, however many others bear it. */
  *variablesNamed(name: string): Generator<Entry> {
    for (const part of this.#allParts()) {
      const { info } = part.sections;
      const offsets = nameOffsets(part.sections, name).filter((at) => {
        return info.subarray(at, at + ATTRIBUTE_BYTES + name.length).includes(FIXED_ADDRESS);
      });
      yield* entriesAt(part, offsets, (it) => it.name === name);
      const isNamed = (it: Die) => it.name === name && it.has(DW_AT_location);
      for (const unit of unitsByIndex(part, name)) yield* walk(unit, isNamed);
    }
  }

  /** Entries whose place is the fixed address: variables, but for those that name it by an index. */
  *at(address: bigint): Generator<Entry> {
    const needle = Buffer.alloc(10);
    needle.set(FIXED_ADDRESS);
    needle.writeBigUInt64LE(address, 2);
    for (const part of this.#allParts()) {
      yield* entriesAt(part, placesOf(part.sections.info, needle), () => true);
    }
  }

  /** Every entry with a fixed address between the two, in its own attributes. */
  *between(first: bigint, behind: bigint): Generator<Entry> {
    for (const part of this.#allParts()) {
      const { info, stringOffsets } = part.sections;
      const places = placesOf(info, FIXED_ADDRESS).filter((at) => {
        if (at + 10 > info.length) return false;
        const address = info.readBigUInt64LE(at + 2);
        return first <= address && address < behind;
      });
      yield* entriesAt(part, places, () => true);
      // Where names are indexes, so are addresses.
      const indexed = stringOffsets.length === 0 ? [] : part.units;
      for (const { unit } of indexed) yield* walk(unit, (it) => it.has(DW_AT_location));
    }
  }

  /** The entries of the same unit that refer to this one by its offset, as definitions do. */
  *referringTo({ die }: Entry): Generator<Entry> {
    const needle = wordBytes(die.lib.dwarfCuoffset(die.raw));
    for (const part of this.#allParts()) {
      const index = part.units.findIndex((it) => it.unit.die.raw[1] === die.raw[1]);
      const from = part.units[index]?.offset;
      if (from === undefined) continue;
      const info = part.sections.info.subarray(from, part.units[index + 1]?.offset);
      const places = placesOf(info, needle).map((it) => it + from);
      yield* entriesAt(part, places, () => true);
    }
  }

  #allParts(): readonly Part[] {
    this.#parts ??= partsOf(this.#debug);
    return this.#parts;
  }
}

function partsOf(debug: DebugObject): Part[] {
  const { lib } = debug;
  const byDwarf = Map.groupBy(debug.units(), ({ die }) => lib.dwarfCuGetdwarf(Number(die.raw[1])));
  return [...byDwarf].flatMap(([dwarf, units]) => {
    const sections = readSections(lib, dwarf);
    const inTypes = units.filter((it) => it.inTypes);
    return [
      partOf(
        sections,
        units.filter((it) => !it.inTypes),
      ),
      ...(inTypes.length === 0 ? [] : [partOf({ ...sections, info: sections.types }, inTypes)]),
    ];
  });
}

function partOf(sections: DebugSections, units: readonly Unit[]): Part {
  const placed = units.map((unit) => ({ unit, offset: unit.die.offset }));
  return { sections, units: placed.toSorted((a, b) => a.offset - b.offset) };
}

/** Where in the section the name may stand: a reference to its string, or the string itself. */
function nameOffsets(sections: DebugSections, name: string): number[] {
  const { info, strings, sharedStrings } = sections;
  const references = new Set([
    ...stringPlaces(strings, name),
    ...stringPlaces(sharedStrings, name),
  ]);
  const hits = [...references].flatMap((it) => [...placesOf(info, wordBytes(it))]);
  hits.push(...placesOf(info, Buffer.from(`${name}\0`)));
  return hits.sort((a, b) => a - b);
}

/** The units whose table of string indexes has the name: in their entries stands only an index. */
function* unitsByIndex({ sections, units }: Part, name: string): Generator<Unit> {
  const { stringOffsets, strings } = sections;
  if (stringOffsets.length === 0) return;
  const places = stringPlaces(strings, name).flatMap((it) => [
    ...placesOf(stringOffsets, wordBytes(it)),
  ]);
  if (places.length === 0) return;
  const tables = units
    .map(({ unit }) => ({ unit, base: unit.die.size(DW_AT_str_offsets_base) ?? 0 }))
    .toSorted((a, b) => a.base - b.base);
  const found = new Set(places.map((it) => tables.findLast(({ base }) => base <= it)?.unit));
  for (const unit of found) if (unit !== undefined) yield unit;
}

/** The entries in whose own attributes the offsets lie, and of those the ones that are accepted. */
function* entriesAt(
  { units }: Part,
  offsets: Iterable<number>,
  accept: (die: Die) => boolean,
): Generator<Entry> {
  const byUnit = Map.groupBy(offsets, (at) => lastAtOrBelow(units, at));
  for (const [index, hits] of byUnit) {
    const unit = units[index]?.unit;
    if (unit !== undefined) yield* descend(unit.die, [], { hits, accept });
  }
}

/** The index of the last unit that begins at `offset` or before, or -1. */
function lastAtOrBelow(units: Part["units"], offset: number): number {
  let below = 0;
  let above = units.length;
  while (below < above) {
    const middle = (below + above) >>> 1;
    if ((units[middle]?.offset ?? 0) <= offset) below = middle + 1;
    else above = middle;
  }
  return below - 1;
}

interface Wanted {
  /** Ascending. */
  readonly hits: readonly number[];
  readonly accept: (die: Die) => boolean;
}

/** `hits` lie in `die` or in what is under it. */
function* descend(die: Die, parents: readonly Die[], { hits, accept }: Wanted): Generator<Entry> {
  let cursor = die.child();
  const firstChild = cursor?.offset ?? Number.POSITIVE_INFINITY;
  if ((hits[0] ?? Number.POSITIVE_INFINITY) < firstChild && accept(die)) yield { die, parents };
  const path = [...parents, die];
  let next = hits.findIndex((it) => it >= firstChild);
  while (cursor !== undefined && next >= 0 && next < hits.length) {
    const child: Die = cursor.copy();
    if (!cursor.advance()) cursor = undefined;
    const end = cursor?.offset ?? Number.POSITIVE_INFINITY;
    const first = next;
    while ((hits[next] ?? Number.POSITIVE_INFINITY) < end) next += 1;
    if (next > first) yield* descend(child, path, { hits: hits.slice(first, next), accept });
  }
}

/** The accepted entries of a unit, one entry after the other. */
function* walk(unit: Unit, accept: (die: Die) => boolean): Generator<Entry> {
  yield* under(unit.die, []);

  function* under(die: Die, parents: readonly Die[]): Generator<Entry> {
    const path = [...parents, die];
    for (const child of die.children()) {
      if (accept(child)) yield { die: child, parents: path };
      yield* under(child, path);
    }
  }
}
