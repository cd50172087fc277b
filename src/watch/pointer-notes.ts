import type { RecordingWriter } from "../recording/index.ts";
import { formatValue, type TypeDesc } from "../values/index.ts";
import type { RawHit } from "./raw-hit.ts";
import type { Spot } from "./spot.ts";

/** What is at an address of a process, as its pointers are printed. */
export type PointerName = (pid: number, address: bigint) => string | undefined;

/** Values that are known to have been noted; beyond that they are noted again. */
const MOST_VALUES = 1 << 14;

/**
 * Notes in a recording what the pointers in recorded values point to, once for each: who reads it has
 * no process to ask.
 */
export class PointerNotes {
  private readonly writer: RecordingWriter;
  private readonly nameOf: PointerName;
  /** By spot; undefined of those whose values have no pointers. */
  private readonly types: readonly (TypeDesc | undefined)[];
  private readonly lengths: readonly number[];
  private readonly noted = new Map<number, Set<bigint>>();
  private count = 0;

  constructor(spots: readonly Spot[], writer: RecordingWriter, nameOf: PointerName) {
    this.writer = writer;
    this.nameOf = nameOf;
    this.types = spots.map(({ type }) =>
      type !== undefined && hasPointer(type) ? type : undefined,
    );
    this.lengths = spots.map(({ length }) => length);
  }

  note(hit: RawHit): void {
    const type = this.types[hit.spot];
    if (type === undefined) return;
    for (const value of [hit.oldValue, hit.newValue]) {
      if (value !== undefined) this.noteValue(hit, value, type);
    }
  }

  private noteValue({ pid, spot }: RawHit, value: bigint, type: TypeDesc): void {
    const values = this.noted.get(pid) ?? new Set<bigint>();
    if (values.has(value)) return;
    this.forgetSome();
    this.noted.set(pid, values.add(value));
    this.count += 1;
    // Printing a value asks for the names of the pointers in it, which is all that is wanted here.
    formatValue(type, bytesOf(value, this.lengths[spot] ?? 0), {
      symbolOf: (address) => {
        const name = this.nameOf(pid, address);
        if (name !== undefined) this.writer.pointer({ pid, address, name });
        return name;
      },
    });
  }

  private forgetSome(): void {
    if (this.count < MOST_VALUES) return;
    this.noted.clear();
    this.count = 0;
  }
}

/** In memory order of a little-endian machine. */
function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function hasPointer(type: TypeDesc): boolean {
  switch (type.kind) {
    case "pointer":
      return true;
    case "struct":
    case "union":
      return type.members.some((member) => hasPointer(member.type));
    case "variant":
      return type.variants.some((variant) => hasPointer(variant.type));
    case "array":
      return hasPointer(type.element);
    default:
      return false;
  }
}
