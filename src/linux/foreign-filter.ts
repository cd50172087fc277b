import { err, ok, type Result } from "../base/index.ts";
import { asm, BPF_FUNC, BpfCode, FP, type Insn } from "./bpf-code.ts";
import { BpfMap, words32 } from "./bpf-map.ts";
import { loadProgram } from "./bpf-program.ts";
import { type Sys, SyscallError } from "./sys.ts";
import { addTaskIds, OUTSIDE } from "./task-ids.ts";

/** Hits that the kernel kept from us because their process is a stranger. */
export interface Filtered {
  readonly count: bigint;
  /** When the last one was, in ns of CLOCK_MONOTONIC; 0 when there was none. */
  readonly last: bigint;
}

const NONE: Filtered = { count: 0n, last: 0n };
const MAX_STRANGERS = 4096;
/** Where the program keeps the ids of the task. */
const TASK_IDS = -8;

/**
 * The processes known to be strangers, for an eBPF program to drop their hits and count them.
 *
 * It is a list of strangers rather than of watched processes, so that the first hit of a child born
 * a moment ago is let through: user space decides about it once it has read the fork.
 */
export class Strangers implements Disposable {
  protected readonly sys: Sys;
  private readonly strangers: BpfMap;
  private readonly known = new Set<number>();
  private removed = 0n;

  protected constructor(sys: Sys, strangers: BpfMap) {
    this.sys = sys;
    this.strangers = strangers;
    this.add(OUTSIDE);
  }

  /** Refused (EPERM, ENOSYS …) where eBPF is not permitted: the caller then filters by itself. */
  static create(sys: Sys): Result<Strangers> {
    const map = createMap(sys);
    return map.ok ? ok(new Strangers(sys, map.value)) : map;
  }

  /** The map that `addStrangerCheck` looks processes up in. */
  get map(): number {
    return this.strangers.fd;
  }

  /** From now on the hits of this process stay in the kernel, as far as the list has room. */
  add(pid: number): void {
    if (this.known.has(pid)) return;
    if (this.strangers.update(words32(pid), new Uint8Array(16)).ok) this.known.add(pid);
  }

  /** The process is gone or its number is another's now: its hits are let through again. */
  remove(pid: number): Filtered {
    if (!this.known.delete(pid)) return NONE;
    const filtered = this.lookup(pid);
    this.strangers.delete(words32(pid));
    this.removed += filtered.count;
    return filtered;
  }

  /** All hits that were dropped so far. */
  total(): bigint {
    return [...this.known].reduce((sum, pid) => sum + this.lookup(pid).count, this.removed);
  }

  [Symbol.dispose](): void {
    this.strangers[Symbol.dispose]();
  }

  private lookup(pid: number): Filtered {
    const value = this.strangers.lookup(words32(pid));
    if (value === undefined) return NONE;
    const [count, last] = new BigUint64Array(value.buffer);
    return { count: count ?? 0n, last: last ?? 0n };
  }
}

/** A program that does nothing but drop the hits of strangers. */
export class ForeignFilter extends Strangers {
  readonly program: number;

  private constructor(sys: Sys, strangers: BpfMap, program: number) {
    super(sys, strangers);
    this.program = program;
  }

  /** Refused (EPERM, ENOSYS …) where eBPF is not permitted: the caller then filters by itself. */
  static load(sys: Sys): Result<ForeignFilter> {
    const strangers = createMap(sys);
    if (!strangers.ok) return strangers;
    const program = loadProgram(sys, "perfEvent", filterProgram(strangers.value.fd));
    if (program.ok) return ok(new ForeignFilter(sys, strangers.value, program.value));
    strangers.value[Symbol.dispose]();
    const { errno, log } = program.error;
    // The verifier has an objection: our program is wrong, so say what it says.
    if (log !== "") throw new SyscallError("bpf(BPF_PROG_LOAD)", errno, log);
    return err(errno);
  }

  override [Symbol.dispose](): void {
    this.sys.close(this.program);
    super[Symbol.dispose]();
  }
}

function createMap(sys: Sys): Result<BpfMap> {
  return BpfMap.create(sys, {
    type: "hash",
    keyBytes: 4,
    valueBytes: 16,
    maxEntries: MAX_STRANGERS,
  });
}

/**
 * Drops the hit and counts it when the process whose id stands on the stack at `pidSlot` is a
 * stranger. Goes on otherwise; R6 and R7 are left as they were.
 */
export function addStrangerCheck(code: BpfCode, strangers: number, pidSlot: number): void {
  const known = code.label();
  code.add(...asm.loadMap(1, strangers), asm.movReg(2, FP), asm.addImm(2, pidSlot));
  code.add(asm.call(BPF_FUNC.mapLookupElem));
  code.jumpIfImm("eq", 0, 0, known);
  code.add(asm.movReg(8, 0), asm.movImm(1, 1), asm.atomicAdd64(8, 1, 0));
  code.add(asm.call(BPF_FUNC.ktimeGetNs), asm.store64(8, 0, 8));
  code.add(asm.movImm(0, 0), asm.exit());
  code.place(known);
}

function filterProgram(strangers: number): readonly Insn[] {
  const code = new BpfCode();
  addTaskIds(code, TASK_IDS);
  addStrangerCheck(code, strangers, TASK_IDS + 4);
  code.add(asm.movImm(0, 1), asm.exit()); // no stranger: keep the sample
  return code.assemble();
}
