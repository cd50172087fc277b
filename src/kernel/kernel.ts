import { isSince, type Release } from "../abi/index.ts";
import type { Architecture, Installed } from "../arch/index.ts";
import { assert } from "../base/index.ts";
import {
  type Field,
  type KernelRecord,
  Layout,
  Machine,
  NULL,
  type State,
  TASK,
  Violation,
} from "../machine/index.ts";
import { AddressSpace, MODES, PER_TASK } from "./address-space.ts";
import { slotType } from "./breakpoint-slot.ts";
import { CompiledProgram, type CompiledStep } from "./compiled-program.ts";
import type { PowerpcDesign } from "./designs/powerpc-design.ts";
import { FLAG } from "./event-state.ts";
import type { FixId } from "./fixes.ts";
import type { KernelProgram } from "./op.ts";
import { NOT_DONE } from "./outcome.ts";
import type { NumberedAccess, ParsedBreakpoint } from "./parsed-breakpoint.ts";
import { CtxRecord } from "./records/ctx-record.ts";
import { EventRecord } from "./records/event-record.ts";
import { PerCpuRecord } from "./records/per-cpu-record.ts";
import { ProgramRecord } from "./records/program-record.ts";
import { ThreadFields } from "./records/thread-fields.ts";
import { BpSlots, type Pinned } from "./slots/bp-slots.ts";

export interface KernelConfig {
  readonly arch: Architecture;
  /** The same with all its fixes, by which the observer judges. */
  readonly idealArch: Architecture;
  /** How powerpc keeps a pending step. Elsewhere it is not asked. */
  readonly design: PowerpcDesign;
  readonly withoutFixes: ReadonlySet<FixId>;
  readonly bounds: { readonly tasks: number; readonly events: number };
  /** Seeds the hash. Two runs with different seeds are independent experiments. */
  readonly seed: number;
  /** Without the mistakes that Linux still has. */
  readonly asIntended: boolean;
}

/** The newest kernel that the model was held against. */
const NEWEST: Release = [6, 18];

/** The longest prefix of a variable whose bytes are kept. */
const KEPT_BYTES = 64;

/**
 * The hw_breakpoint subsystem and what it stands on, as records in one state. Steps are functions on
 * this; it holds no other mutable thing. What is not in the state is fixed for the run.
 */
export class Kernel {
  readonly machine: Machine<Kernel>;
  readonly ctx: CtxRecord;
  readonly event: EventRecord;
  readonly thread: ThreadFields;
  readonly percpu: PerCpuRecord;
  readonly user: ProgramRecord;
  readonly slots: BpSlots;
  readonly space: AddressSpace;
  readonly program: CompiledProgram;
  readonly source: KernelProgram;
  readonly arch: Architecture;
  readonly design: PowerpcDesign;
  readonly state: State;
  /** All kinds of objects that the state consists of. */
  readonly records: readonly KernelRecord[];
  readonly cpus: number;
  readonly asIntended: boolean;
  /** Since 6.17 an event at its limit is stopped, and what enables it again does not start it. */
  readonly limitStops: boolean;
  /** Data registers come first, then those for instructions if they are a pool of their own. */
  readonly dataRegisters: number;
  readonly registers: number;
  /** Whether a task may begin its next statement; a sequential run narrows it. */
  mayBegin: (step: CompiledStep) => boolean = () => true;
  /** Told of what the kernel only says in its log, and goes on. */
  onComplaint: ((what: string) => void) | undefined;
  /** Told of each statement that ends, each time that it is done. */
  onResult: ((step: CompiledStep, word: number) => void) | undefined;
  readonly #ideal: AddressSpace;
  readonly #without: ReadonlySet<FixId>;
  readonly #memoryAt: readonly number[];

  constructor(program: KernelProgram, config: KernelConfig) {
    const { slots, instSlots, cpus } = program.machine;
    this.source = program;
    this.arch = config.arch;
    this.design = config.design;
    this.cpus = cpus;
    this.dataRegisters = slots;
    this.registers = config.arch.slots.shared ? slots : slots + instSlots;
    this.#without = config.withoutFixes;
    this.asIntended = config.asIntended;
    this.limitStops = !config.asIntended && isSince([6, 17], program.machine.release ?? NEWEST);
    this.space = new AddressSpace(config.arch, program);
    this.#ideal = new AddressSpace(config.idealArch, program);
    this.program = new CompiledProgram(program, this.space);

    const layout = new Layout();
    const { tasks, events } = config.bounds;
    this.machine = new Machine(layout, { cpus, tasks });
    this.thread = new ThreadFields(this.machine.task.record, { events, slots: this.registers });
    // A program that may not be looked into loses its context, which lives on while its events do.
    const lost = program.steps.filter(({ action }) => action.kind === "exec" && action.undumpable);
    const contexts = cpus + 2 * tasks + lost.reduce((sum, { times }) => sum + times, 0);
    this.ctx = new CtxRecord(layout, { contexts, events });
    this.event = new EventRecord(layout, { events });
    this.percpu = new PerCpuRecord(layout, {
      cpus,
      registers: this.registers,
      events,
      handles: this.program.handles.length,
    });
    const faults = {
      ...(this.lacks("Z11") ? { countedCpus: () => this.onlineCpus() } : {}),
      ...(this.lacks("Z13") ? { inContext: (bp: Pinned) => this.#countInContext(bp) } : {}),
      ...(this.lacks("Z12") ? { comparesNewCpu: true } : {}),
    };
    this.slots = new BpSlots(layout, { cpus, tasks, data: slots, inst: instSlots }, faults);
    this.#memoryAt = memoryLayout(program);
    this.user = new ProgramRecord(layout, {
      phases: this.program.phases,
      steps: this.program.steps.length,
      actors: this.program.actors.length,
      handles: this.program.handles.length,
      hwHandles: this.program.hwHandles.length,
      bytes: this.#memoryAt.at(-1) ?? 0,
    });
    this.state = layout.build(config.seed);
    this.records = layout.records;
  }

  /** Puts the records into their first state. Called once, when the machine was booted. */
  init(): void {
    this.slots.boot();
    this.user.record.alloc();
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      this.percpu.record.alloc();
      const ctx = this.ctx.record.alloc();
      assert(ctx === this.cpuCtx(cpu), "CPU contexts come first");
      this.ctx.refs.set(ctx, 1);
    }
    for (const step of this.program.steps) {
      this.user.result.set(1, NOT_DONE, step.index);
      this.user.remaining.add(1, 1, step.phase);
    }
    for (const { name, cpu, user } of this.source.tasks) {
      const task = this.newTask(this.program.actor(name), cpu === undefined ? ~0 : 1 << cpu);
      this.thread.user.set(task, userNumber(user));
      this.thread.refs.add(task, 1); // the scheduler's, until the last switch away from it
      this.machine.task.state.set(task, TASK.ready);
      this.user.taskOf.set(1, task, this.program.actor(name));
    }
    this.machine.state.commit();
  }

  /** A task with nothing open, nothing pending, and itself for a process. */
  newTask(actor: number, allowed: number): number {
    const { thread } = this;
    const task = this.machine.task.alloc(allowed, actor + 1);
    thread.refs.set(task, 1);
    thread.leader.set(task, task);
    thread.dumpable.set(task, 1);
    thread.actor.set(task, actor);
    return task;
  }

  /** kernel: put_task_struct(). A thread holds a reference on the leader of its process. */
  putTask(task: number): void {
    if (this.thread.refs.add(task, -1) > 0) return;
    const leader = this.thread.leader.get(task);
    this.machine.task.record.free(task);
    if (leader !== task) this.putTask(leader);
  }

  cpuCtx(cpu: number): number {
    return cpu + 1;
  }

  /** The task that is running on the processor of this step, or 0. kernel: current. */
  get current(): number {
    return this.machine.cpu.current.get(this.machine.here);
  }

  /** How a task's breakpoints were counted once: by a walk of its context, if it has one. */
  #countInContext({ target, type }: Pinned): number {
    const ctx = this.thread.ctx.get(target);
    if (ctx === NULL) return 0;
    let found = 0;
    const { events } = this.ctx;
    for (let event = events.next(ctx, 0); event !== 0; event = events.next(ctx, event)) {
      if (slotType(this, this.event.bpType.get(event)) === type) found++;
    }
    return found;
  }

  onlineCpus(): number[] {
    return Array.from({ length: this.cpus }, (_, cpu) => cpu).filter(
      (cpu) => this.machine.cpu.online.get(cpu) !== 0,
    );
  }

  /** Whether an entry of the ledger of fixes is switched off. */
  lacks(fix: FixId): boolean {
    return this.#without.has(fix);
  }

  get hasAllFixes(): boolean {
    return this.#without.size === 0;
  }

  hasFlag(event: number, flag: keyof typeof FLAG): boolean {
    return (this.event.flags.get(event) & FLAG[flag]) !== 0;
  }

  /** The event that a family of inherited events goes back to. */
  family(event: number): number {
    return this.event.parent.get(event) || event;
  }

  /** What the event was last parsed into. */
  parsedOf(event: number): ParsedBreakpoint {
    return this.#parsedIn(this.space, event);
  }

  installedOf(event: number): Installed {
    const { result } = this.parsedOf(event);
    assert(result.ok, "an event holds only what could be parsed");
    return result.value;
  }

  /** Whether an event is to count an access, as today's kernel and any reader would have it. */
  shouldHit(event: number, touch: NumberedAccess): boolean {
    return this.#parsedIn(this.#ideal, event).counts(touch);
  }

  #parsedIn(space: AddressSpace, event: number): ParsedBreakpoint {
    const { hwAddr, hwLen, hwType, flags, target } = this.event;
    const it = target.follow(event);
    const modes = (flags.of(it) & MODES) | (target.of(it) === NULL ? 0 : PER_TASK);
    return space.parse(hwAddr.of(it), hwLen.of(it), hwType.of(it), modes);
  }

  /** How many of the bytes of a variable from an offset on are kept. */
  keptBytes(variable: number, offset: number): number {
    const start = this.#memoryAt[variable] ?? 0;
    return Math.max(0, (this.#memoryAt[variable + 1] ?? 0) - start - offset);
  }

  /** Where a byte of a variable is kept; -1 if it is not. */
  memoryOf(variable: number, offset: number): number {
    const start = this.#memoryAt[variable];
    const end = this.#memoryAt[variable + 1];
    if (start === undefined || end === undefined || start + offset >= end) return -1;
    return start + offset;
  }

  /** kernel: WARN_ON_ONCE(). */
  warnOn(condition: boolean, what: string): void {
    if (condition) throw new Violation("warning", what);
  }

  /** kernel: WARN_ON(). The kernel goes on, and so does whoever listens; for all others it is the end. */
  complain(what: string): void {
    if (this.onComplaint === undefined) throw new Violation("warning", what);
    this.onComplaint(what);
  }

  /** Drops a mutex that the running task holds. */
  unlock(mutex: Field, id: number): void {
    this.machine.unlock(mutex, id);
  }
}

// root first, as 0 is what a new task has.
const USERS = ["root", "perfmon", "nobody"];

export function userNumber(name: string): number {
  return USERS.indexOf(name);
}

function memoryLayout(program: KernelProgram): number[] {
  let next = 0;
  const starts = program.variables.map(({ size }) => {
    const start = next;
    next += Math.min(size, KEPT_BYTES);
    return start;
  });
  return [...starts, next];
}
