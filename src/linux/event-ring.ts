import type { RingArea } from "../abi/index.ts";
import type { PerfEvent } from "./perf-event.ts";
import { type Mapping, type Sys, SyscallError } from "./sys.ts";

const PAGE = 4096;
/** Offsets in `struct perf_event_mmap_page`. */
const DATA_HEAD = 1024;
const DATA_TAIL = 1032;

const MAP_HINT = "more locked memory than this user may have: raise kernel.perf_event_mlock_kb";

/** The ring of one event, mapped into this process. Others on the same CPU may write to it, too. */
export class EventRing implements RingArea, Disposable {
  readonly words: Uint32Array;
  private readonly head: BigUint64Array;
  private readonly tail: BigUint64Array;
  private readonly sys: Sys;
  private mapping: Mapping | undefined;

  private constructor(sys: Sys, mapping: Mapping, dataBytes: number) {
    this.sys = sys;
    this.mapping = mapping;
    this.head = new BigUint64Array(mapping.buffer, DATA_HEAD, 1);
    this.tail = new BigUint64Array(mapping.buffer, DATA_TAIL, 1);
    this.words = new Uint32Array(mapping.buffer, PAGE, dataBytes / Uint32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Maps a ring of `pages` data pages, a power of two; halves it until the kernel has the memory.
   * Throws SyscallError when not even one page is granted.
   */
  static map(sys: Sys, event: PerfEvent, pages: number): EventRing {
    const mapped = sys.mapRing(event.fd, (pages + 1) * PAGE);
    if (mapped.ok) return new EventRing(sys, mapped.value, pages * PAGE);
    const short = mapped.error === "EPERM" || mapped.error === "ENOMEM";
    if (short && pages > 1) return EventRing.map(sys, event, pages / 2);
    throw new SyscallError("mmap of a perf ring", mapped.error, short ? MAP_HINT : undefined);
  }

  get pages(): number {
    return this.words.byteLength / PAGE;
  }

  loadHead(): number {
    return Number(Atomics.load(this.head, 0));
  }

  storeTail(tail: number): void {
    Atomics.store(this.tail, 0, BigInt(tail));
  }

  /** Unmaps. The ring must not be touched afterwards: its memory is gone. */
  [Symbol.dispose](): void {
    if (this.mapping !== undefined) this.sys.unmapRing(this.mapping);
    this.mapping = undefined;
  }
}
