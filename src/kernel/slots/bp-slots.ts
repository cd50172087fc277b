import { type Errno, err, ok, type Result } from "../../base/index.ts";
import type { Field, KernelRecord, Layout } from "../../machine/index.ts";
import { BpSlotsHistogram, GLOBAL } from "./bp-slots-histogram.ts";

/** kernel: enum bp_type_idx. With a shared pool everything is `TYPE_DATA`. */
export const TYPE_DATA = 0;
export const TYPE_INST = 1;
const TYPES = 2;

/** What a breakpoint is pinned to: `target` 0 is "every task", `cpu` -1 "any CPU". Not both. */
export interface Pinned {
  readonly target: number;
  readonly cpu: number;
  readonly type: number;
}

export interface SlotsConfig {
  readonly cpus: number;
  readonly tasks: number;
  readonly data: number;
  readonly inst: number;
}

/** What older kernels did otherwise; see the ledger of fixes. */
export interface SlotFaults {
  /** Any-CPU breakpoints are counted on these CPUs only. Undefined: on all possible ones. */
  countedCpus?: () => readonly number[];
  /** A task's breakpoints are compared with the new one's CPU, not with the CPU asked about. */
  comparesNewCpu?: boolean;
  /** A task's breakpoints are those that are in its context now. */
  inContext?: (bp: Pinned) => number;
}

/**
 * Who holds how many slots, and whether one more fits. A CPU breakpoint holds a slot whichever task
 * runs; a task breakpoint only while its task runs, so tasks share, and the greediest one counts.
 *
 * The locks of the kernel (bp_cpuinfo_sem, the target's perf_event_mutex) are not here: each call is
 * one atomic step, which is what they make of it.
 */
export class BpSlots {
  /** The counts of each CPU, and those of each task. */
  readonly perCpu: KernelRecord;
  readonly perTask: KernelRecord;
  readonly #config: SlotsConfig;
  readonly #faults: SlotFaults;
  readonly #allCpus: readonly number[];
  /** kernel: bp_cpuinfo::cpu_pinned, and the per-CPU histogram bp_cpuinfo::tsk_pinned. */
  readonly #cpuPinned: Field;
  readonly #tskPinned: BpSlotsHistogram;
  /** kernel: the global cpu_pinned[] and tsk_pinned_all[]. */
  readonly #cpusPinned: BpSlotsHistogram;
  readonly #tskPinnedAll: BpSlotsHistogram;
  /** What a walk of the task's list in task_bps_ht would count: any-CPU ones, and those per CPU. */
  readonly #anyCpu: Field;
  readonly #onCpu: Field;
  readonly #boot: () => void;

  constructor(layout: Layout, config: SlotsConfig, faults: SlotFaults = {}) {
    this.#config = config;
    this.#faults = faults;
    this.#allCpus = Array.from({ length: config.cpus }, (_, cpu) => cpu);
    const size = Math.max(config.data, config.inst);

    const perCpu = layout.record({ name: "bpCpuinfo", first: 0, count: config.cpus });
    this.#cpuPinned = perCpu.field("cpuPinned", TYPES);
    this.#tskPinned = new BpSlotsHistogram(perCpu.field("tskPinned", TYPES * size), size);
    const global = layout.record({ name: "bpGlobal", first: GLOBAL, count: 1 });
    this.#cpusPinned = new BpSlotsHistogram(global.field("cpuPinned", TYPES * size), size);
    this.#tskPinnedAll = new BpSlotsHistogram(global.field("tskPinnedAll", TYPES * size), size);
    const perTask = layout.record({ name: "taskBps", first: 1, count: config.tasks });
    this.#anyCpu = perTask.field("anyCpu", TYPES);
    this.#onCpu = perTask.field("onCpu", TYPES * config.cpus);
    this.perCpu = perCpu;
    this.perTask = perTask;
    this.#boot = () => {
      for (const record of [perCpu, global, perTask]) {
        for (let object = 0; object < record.count; object++) record.alloc();
      }
    };
  }

  /** Once the state is built. kernel: init_hw_breakpoint(). */
  boot(): void {
    this.#boot();
  }

  slotsOf(type: number): number {
    return type === TYPE_DATA ? this.#config.data : this.#config.inst;
  }

  /** kernel: __reserve_bp_slot(), less the checks of the breakpoint's own type. */
  reserve(bp: Pinned): Result<undefined, Errno> {
    if (this.maxBpPinnedSlots(bp) + 1 > this.slotsOf(bp.type)) return err("ENOSPC");
    this.toggle(bp, 1);
    return ok(undefined);
  }

  /** kernel: __release_bp_slot(). */
  release(bp: Pinned): void {
    this.toggle(bp, -1);
  }

  /** kernel: max_bp_pinned_slots(). The most slots in use on any CPU that the breakpoint can use. */
  maxBpPinnedSlots(bp: Pinned): number {
    const { target, cpu, type } = bp;
    if (target === 0) {
      const pinned = this.#cpuPinned.get(cpu, type);
      return pinned + this.#tskPinned.maxMerge(cpu, this.#tskPinnedAll, type);
    }
    if (cpu < 0 && this.#ownsNoCpuSpecific(target, type) && !this.#faults.comparesNewCpu)
      return this.#anyCpu.get(target, type) + this.#cpusPinned.max(GLOBAL, type);

    let most = 0;
    for (const it of cpu >= 0 ? [cpu] : this.#allCpus) {
      most = Math.max(most, this.#cpuPinned.get(it, type) + this.#taskBpPinned(bp, it));
    }
    return most;
  }

  /** kernel: toggle_bp_slot(). Enters or removes a breakpoint in all counts. */
  toggle(bp: Pinned, by: 1 | -1): void {
    const { target, cpu, type } = bp;
    if (target === 0) this.#toggleCpu(cpu, type, by);
    else if (cpu < 0) this.#toggleAnyCpu(target, type, by);
    else this.#toggleTaskOnCpu(bp, by);
  }

  /** How many of one task's breakpoints apply on a CPU. */
  taskOn(target: number, cpu: number, type: number): number {
    return this.#anyCpu.get(target, type) + this.#onCpu.get(target, type * this.#config.cpus + cpu);
  }

  cpuPinned(cpu: number, type: number): number {
    return this.#cpuPinned.get(cpu, type);
  }

  /** How many more CPU breakpoints fit on a CPU. */
  freeOn(cpu: number, type: number): number {
    return this.slotsOf(type) - this.maxBpPinnedSlots({ target: 0, cpu, type });
  }

  /** The histograms as text, for a comparison with a recount. */
  dump(): string {
    const { cpus, data, inst } = this.#config;
    const size = Math.max(data, inst);
    const rows: string[] = [];
    for (let type = 0; type < TYPES; type++) {
      for (let count = 1; count <= size; count++) {
        const perCpu = this.#allCpus.map((cpu) => this.#tskPinned.bucket(cpu, type, count));
        const all = this.#tskPinnedAll.bucket(GLOBAL, type, count);
        const pinned = this.#cpusPinned.bucket(GLOBAL, type, count);
        rows.push(`${type} ${count}: ${perCpu.join(" ")} | ${all} | ${pinned} of ${cpus}`);
      }
    }
    return rows.join("\n");
  }

  #toggleCpu(cpu: number, type: number, by: number): void {
    const old = this.#cpuPinned.get(cpu, type);
    this.#cpusPinned.add(GLOBAL, type, { old, by });
    this.#cpuPinned.set(cpu, old + by, type);
  }

  /** Cases 1 and 3 of the kernel: the task is in the global histogram, or in those of all CPUs. */
  #toggleAnyCpu(target: number, type: number, by: number): void {
    const old = this.#anyCpu.get(target, type);
    if (this.#ownsNoCpuSpecific(target, type)) {
      this.#tskPinnedAll.add(GLOBAL, type, { old, by });
    } else {
      for (const cpu of this.#countedCpus())
        this.#tskPinned.add(cpu, type, { old: this.#countedOn(target, cpu, type), by });
    }
    this.#anyCpu.set(target, old + by, type);
  }

  /** Case 2, where the task moves between the representations, and case 3. */
  #toggleTaskOnCpu({ target, cpu, type }: Pinned, by: number): void {
    const index = type * this.#config.cpus + cpu;
    const anyCpu = this.#anyCpu.get(target, type);
    const isFirst = by > 0 && this.#ownsNoCpuSpecific(target, type);
    if (isFirst) this.#moveToCpus(target, type, 1);
    this.#tskPinned.add(cpu, type, { old: this.#countedOn(target, cpu, type), by });
    this.#onCpu.add(target, by, index);
    const wasLast = by < 0 && this.#ownsNoCpuSpecific(target, type);
    if (wasLast) this.#moveToCpus(target, type, -1);
    if ((isFirst || wasLast) && anyCpu > 0)
      this.#tskPinnedAll.add(
        GLOBAL,
        type,
        isFirst ? { old: anyCpu, by: -anyCpu } : { old: 0, by: anyCpu },
      );
  }

  /** Puts a task's any-CPU count into every CPU's histogram, or takes it out. */
  #moveToCpus(target: number, type: number, direction: 1 | -1): void {
    const anyCpu = this.#anyCpu.get(target, type);
    if (anyCpu === 0) return;
    const change = direction > 0 ? { old: 0, by: anyCpu } : { old: anyCpu, by: -anyCpu };
    for (const cpu of this.#countedCpus()) this.#tskPinned.add(cpu, type, change);
  }

  /** kernel: task_bp_pinned(). */
  #taskBpPinned(bp: Pinned, cpu: number): number {
    const { target, type } = bp;
    if (!this.#faults.comparesNewCpu) return this.taskOn(target, cpu, type);
    if (bp.cpu < 0) return this.#anyCpu.get(target, type);
    return this.#onCpu.get(target, type * this.#config.cpus + bp.cpu);
  }

  #countedOn(target: number, cpu: number, type: number): number {
    return this.#faults.inContext?.({ target, cpu, type }) ?? this.taskOn(target, cpu, type);
  }

  #ownsNoCpuSpecific(target: number, type: number): boolean {
    // The accounting that counted online CPUs knew no other representation than the one per CPU.
    if (this.#faults.countedCpus !== undefined || this.#faults.inContext !== undefined)
      return false;
    for (const cpu of this.#allCpus) {
      if (this.#onCpu.get(target, type * this.#config.cpus + cpu) > 0) return false;
    }
    return true;
  }

  #countedCpus(): readonly number[] {
    return this.#faults.countedCpus?.() ?? this.#allCpus;
  }
}
