import type { RingCursor, SampleLayout } from "../abi/index.ts";
import type { RawHit } from "./raw-hit.ts";

/** What a ring's last trap was, and which pieces and spots it has told of so far. */
interface Trap {
  tid: number;
  ipLow: number;
  ipHigh: number;
  registers: Uint32Array;
  pieces: number;
  spots: number;
}

/** Up to 17 registers of 64 bits behind a word that tells their width. */
const MAX_REGISTER_WORDS = 2 * 24;

/**
 * Makes one access of the samples of one trap.
 *
 * A store that straddles two registers fires both, and makes two samples. They belong to one access
 * if they follow each other in the ring with the same thread, instruction and general registers, and
 * no register fires twice: an instruction that is executed again with equal registers touches the
 * same bytes and fires the same set again; with other registers it is another access.
 */
export class OneTrap {
  private readonly traps = new Map<RingCursor, Trap>();
  private readonly layout: SampleLayout;
  private readonly registerCount: number;

  constructor(layout: SampleLayout, registerCount: number) {
    this.layout = layout;
    this.registerCount = registerCount;
  }

  /** True when this sample tells of an access to its spot that no earlier one told of. */
  isNew(cursor: RingCursor, hit: RawHit, pieceIndex: number): boolean {
    const piece = 1 << pieceIndex;
    const spot = 1 << hit.spot;
    const trap = this.trapOf(cursor);
    if (this.isSame(trap, cursor, hit) && (trap.pieces & piece) === 0) {
      const told = (trap.spots & spot) !== 0;
      trap.pieces |= piece;
      trap.spots |= spot;
      return !told;
    }
    this.begin(trap, cursor, hit);
    trap.pieces = piece;
    trap.spots = spot;
    return true;
  }

  private trapOf(cursor: RingCursor): Trap {
    const known = this.traps.get(cursor);
    if (known !== undefined) return known;
    const registers = new Uint32Array(MAX_REGISTER_WORDS);
    const trap = { tid: -1, ipLow: 0, ipHigh: 0, registers, pieces: 0, spots: 0 };
    this.traps.set(cursor, trap);
    return trap;
  }

  private isSame(trap: Trap, cursor: RingCursor, hit: RawHit): boolean {
    if (trap.tid !== hit.tid || trap.ipLow !== hit.ipLow || trap.ipHigh !== hit.ipHigh) {
      return false;
    }
    const start = this.registersAt(cursor);
    for (let index = 0; index < this.registerCount * 2; index += 1) {
      if (trap.registers[index] !== cursor.word(start + index)) return false;
    }
    return true;
  }

  private begin(trap: Trap, cursor: RingCursor, hit: RawHit): void {
    trap.tid = hit.tid;
    trap.ipLow = hit.ipLow;
    trap.ipHigh = hit.ipHigh;
    const start = this.registersAt(cursor);
    for (let index = 0; index < this.registerCount * 2; index += 1) {
      trap.registers[index] = cursor.word(start + index);
    }
  }

  /** The registers end the sample: `u64 abi; u64 regs[n]`. */
  private registersAt(cursor: RingCursor): number {
    return this.layout.regsIntr ? cursor.size / 4 - this.registerCount * 2 : 0;
  }
}
