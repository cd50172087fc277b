import { statSync } from "node:fs";
import { ok, type Result } from "../base/index.ts";
import { asm, BPF_FUNC, BpfHash, FP, loadPerfProgram } from "./bpf.ts";
import type { Sys } from "./sys.ts";

/** Hits that the kernel kept from us because their process is a stranger. */
export interface Filtered {
  readonly count: bigint;
  /** When the last one was, in ns of CLOCK_MONOTONIC; 0 when there was none. */
  readonly last: bigint;
}

const NONE: Filtered = { count: 0n, last: 0n };
const MAX_STRANGERS = 4096;
/** Where the program keeps `struct bpf_pidns_info { u32 pid; u32 tgid; }`. */
const PIDNS_INFO = -8;
const TGID = PIDNS_INFO + 4;
/** Tasks outside our pid namespace have no number here; they all go by this one. */
const OUTSIDE = 0;

/**
 * An eBPF program that drops the hits of processes known to be strangers, and counts them.
 *
 * It works from a list of strangers rather than of watched processes, so that the first hit of a
 * child born a moment ago is let through: user space decides about it once it has read the fork.
 */
export class ForeignFilter implements Disposable {
  readonly program: number;
  private readonly sys: Sys;
  private readonly strangers: BpfHash;
  private readonly known = new Set<number>();
  private removed = 0n;

  private constructor(sys: Sys, program: number, strangers: BpfHash) {
    this.sys = sys;
    this.program = program;
    this.strangers = strangers;
  }

  /** Refused (EPERM, ENOSYS …) where eBPF is not permitted: the caller then filters by itself. */
  static load(sys: Sys): Result<ForeignFilter> {
    const strangers = BpfHash.create(sys, {
      keyBytes: 4,
      valueBytes: 16,
      maxEntries: MAX_STRANGERS,
    });
    if (!strangers.ok) return strangers;
    const program = loadPerfProgram(sys, filterProgram(strangers.value.fd));
    if (!program.ok) {
      strangers.value[Symbol.dispose]();
      return program;
    }
    const filter = new ForeignFilter(sys, program.value, strangers.value);
    filter.add(OUTSIDE);
    return ok(filter);
  }

  /** From now on the hits of this process stay in the kernel, as far as the list has room. */
  add(pid: number): void {
    if (this.known.has(pid)) return;
    if (this.strangers.update(key(pid), new Uint8Array(16)).ok) this.known.add(pid);
  }

  /** The process is gone or its number is another's now: its hits are let through again. */
  remove(pid: number): Filtered {
    if (!this.known.delete(pid)) return NONE;
    const filtered = this.lookup(pid);
    this.strangers.delete(key(pid));
    this.removed += filtered.count;
    return filtered;
  }

  /** All hits that were dropped so far. */
  total(): bigint {
    return [...this.known].reduce((sum, pid) => sum + this.lookup(pid).count, this.removed);
  }

  [Symbol.dispose](): void {
    this.sys.close(this.program);
    this.strangers[Symbol.dispose]();
  }

  private lookup(pid: number): Filtered {
    const value = this.strangers.lookup(key(pid));
    if (value === undefined) return NONE;
    const [count, last] = new BigUint64Array(value.buffer);
    return { count: count ?? 0n, last: last ?? 0n };
  }
}

function filterProgram(strangers: number): readonly Uint8Array[] {
  const { dev, ino } = statSync("/proc/self/ns/pid", { bigint: true });
  return [
    ...asm.loadConst(1, dev),
    ...asm.loadConst(2, ino),
    asm.movReg(3, FP),
    asm.addImm(3, PIDNS_INFO),
    asm.movImm(4, 8),
    asm.call(BPF_FUNC.getNsCurrentPidTgid),
    asm.jumpIfZero(0, 1),
    asm.storeImm32(FP, TGID, OUTSIDE),
    ...asm.loadMap(1, strangers),
    asm.movReg(2, FP),
    asm.addImm(2, TGID),
    asm.call(BPF_FUNC.mapLookupElem),
    asm.jumpIfNotZero(0, 2),
    asm.movImm(0, 1), // no stranger: keep the sample
    asm.exit(),
    asm.movReg(6, 0),
    asm.movImm(1, 1),
    asm.atomicAdd64(6, 1, 0),
    asm.call(BPF_FUNC.ktimeGetNs),
    asm.store64(6, 0, 8),
    asm.movImm(0, 0),
    asm.exit(),
  ];
}

function key(pid: number): Uint8Array {
  return new Uint8Array(new Uint32Array([pid]).buffer);
}
