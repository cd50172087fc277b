import type { DebugObject, Unit } from "./debug-object.ts";
import { Die } from "./die.ts";

interface Span {
  readonly start: bigint;
  readonly end: bigint;
  readonly unit: Unit;
}

/** Which unit an address of code belongs to. */
export class UnitIndex {
  readonly #debug: DebugObject;
  #byOffset: ReadonlyMap<number, Unit> | undefined;
  #spans: readonly Span[] | undefined;

  constructor(debug: DebugObject) {
    this.#debug = debug;
  }

  /** `address` as DWARF numbers it. */
  unitAt(address: bigint): Unit | undefined {
    return this.#byAranges(address) ?? this.#byRanges(address);
  }

  /** GCC writes .debug_aranges, which libdw looks up fast. Clang and others leave it out. */
  #byAranges(address: bigint): Unit | undefined {
    const { lib, dwarf } = this.#debug;
    const die = new Die(lib);
    if (lib.dwarfAddrdie(dwarf, address, die.raw) === 0) return undefined;
    this.#byOffset ??= new Map(this.#debug.units().map((it) => [it.offset, it]));
    return this.#byOffset.get(die.offset);
  }

  #byRanges(address: bigint): Unit | undefined {
    this.#spans ??= spansOf(this.#debug.units());
    return spanAt(this.#spans, address)?.unit;
  }
}

function spansOf(units: readonly Unit[]): Span[] {
  const spans = units.flatMap((unit) => [...unit.die.ranges()].map((it) => ({ ...it, unit })));
  return byStart(spans);
}

/** In ascending order, as `spanAt` needs them. */
export function byStart<T extends { readonly start: bigint }>(spans: readonly T[]): T[] {
  return spans.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

/** The span that holds `address`, of spans in ascending order that do not overlap. */
export function spanAt<T extends { readonly start: bigint; readonly end: bigint }>(
  spans: readonly T[],
  address: bigint,
): T | undefined {
  let below = 0;
  let above = spans.length;
  while (below < above) {
    const middle = (below + above) >>> 1;
    const it = spans[middle];
    if (it !== undefined && it.start <= address) below = middle + 1;
    else above = middle;
  }
  const found = spans[below - 1];
  return found !== undefined && address < found.end ? found : undefined;
}
