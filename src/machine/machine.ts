import { assert, BugError } from "../base/index.ts";
import type { Field } from "./field.ts";
import type { Layout } from "./layout.ts";
import { NULL } from "./life.ts";
import { CALLED, DONE, type Procedure, type Step, stepAt, WAIT } from "./procedure.ts";
import { CpuRecord, TASK, TaskRecord } from "./smp.ts";
import { Stacks } from "./stack.ts";
import { State } from "./state.ts";
import { Violation } from "./violation.ts";

/** What a processor can do next. A scheduler, a search or a person chooses one of these. */
export const ACTION = {
  /** The current task does its next step, or the processor its next step of a context switch. */
  step: 0,
  /** The interrupts that are pending on the processor are taken. */
  interrupt: 1,
  /** The processor starts to switch to another task, or to none (idle). */
  switchTo: 2,
} as const;

/**
 *     31       16 15   8 7    0
 *     |   task   |  cpu |  kind |
 */
export type Action = number;

export function action(kind: number, cpu: number, task = 0): Action {
  return kind | (cpu << 8) | (task << 16);
}

export function decodeAction(it: Action): { kind: number; cpu: number; task: number } {
  return { kind: it & 0xff, cpu: (it >> 8) & 0xff, task: it >> 16 };
}

/** What a task can wait for. Others may be added by the kernel, from `first` on. */
export const WAITS = { none: 0, mutex: 1, irqs: 2, first: 8 } as const;

/** What the software on the machine answers for it. Nothing of it decides who runs. */
export interface Software<K> {
  readonly kernel: K;
  /** A step in user mode of the current task. False if it has nothing to do. */
  userStep(task: number): void;
  hasUserWork(task: number): boolean;
  /** Entered with interrupts off, with `prev` and `next` as its arguments. */
  readonly contextSwitch: Procedure;
  interruptPending(cpu: number): boolean;
  /** Whether one of them was raised here with interrupts off: then it comes before all else here. */
  interruptIsDue(cpu: number): boolean;
  interrupt(cpu: number): void;
  /** Whether what `task` waits for has come, for the kinds that the machine does not know. */
  waitIsOver(kind: number, what: number, task: number): boolean;
}

/** What was done, for a trace. */
export interface Done {
  readonly cpu: number;
  readonly task: number;
  readonly fn: string;
  readonly label: string;
}

/**
 * Processors that run tasks by labelled steps. It offers what can happen next and does what it is
 * told; it neither chooses nor knows what the steps are about.
 */
export class Machine<K> {
  readonly cpu: CpuRecord;
  readonly task: TaskRecord;
  readonly cpus: number;
  readonly tasks: number;
  /** Called after each step; undefined when nobody listens. */
  onStep: ((done: Done) => void) | undefined;
  /** Whether a processor may go idle, and so let its task migrate, though the task could go on. */
  detours = true;
  /** Whether a task keeps where it ran last, which only who chooses in place of a scheduler asks. */
  keepsLastCpu = true;
  #state = new State([], 0);
  #taskStacks: Stacks | undefined;
  #cpuStacks: Stacks | undefined;
  #software: Software<K> | undefined;
  // Whose step it is. Meaningless between steps, hence no part of the state.
  #here = 0;
  #askedHere = false;
  #self = 0;
  #atomic = 0;
  readonly #functions: string[] = [];
  #choice = 0;
  #choices = 1;
  #fn = "";
  #label = "";

  constructor(layout: Layout, bounds: { readonly cpus: number; readonly tasks: number }) {
    this.cpus = bounds.cpus;
    this.tasks = bounds.tasks;
    this.cpu = new CpuRecord(layout, bounds.cpus);
    this.task = new TaskRecord(layout, bounds.tasks);
  }

  boot(state: State, software: Software<K>): void {
    this.#state = state;
    this.#software = software;
    const { cpu, task } = this;
    this.#taskStacks = new Stacks(state, {
      top: task.top,
      words: task.stack,
      size: task.stackWords,
    });
    this.#cpuStacks = new Stacks(state, { top: cpu.top, words: cpu.stack, size: cpu.stackWords });
    for (let it = 0; it < this.cpus; it++) {
      cpu.record.alloc();
      cpu.online.set(it, 1);
    }
  }

  get state(): State {
    return this.#state;
  }

  /** The processor that the running step is on. kernel: smp_processor_id(). */
  get here(): number {
    this.#askedHere = true;
    return this.#here;
  }

  /** Whether the last action would do something else if its task were on another processor. */
  get askedHere(): boolean {
    return this.#askedHere;
  }

  /** The task whose step it is, or 0 in a context switch or an interrupt. kernel: current. */
  get self(): number {
    return this.#self;
  }

  // ---- what can happen ----

  /** Puts all that can happen next into `into`, in a fixed order. */
  actions(into: Action[]): void {
    into.length = 0;
    for (let cpu = 0; cpu < this.cpus; cpu++) this.#actionsOf(cpu, into);
  }

  #actionsOf(cpu: number, into: Action[]): void {
    const software = this.#booted();
    if (this.cpu.online.get(cpu) === 0) return;
    if (this.cpu.irqsOff.get(cpu) !== 0) {
      into.push(action(ACTION.step, cpu));
      return;
    }
    if (software.interruptPending(cpu)) into.push(action(ACTION.interrupt, cpu));
    if (software.interruptIsDue(cpu)) return;
    const current = this.cpu.current.get(cpu);
    const canRun = current !== NULL && this.canStep(current);
    const mayStay = current !== NULL && (this.task.allowed.get(current) & (1 << cpu)) !== 0;
    if (canRun && mayStay) into.push(action(ACTION.step, cpu));
    for (let next = 1; next <= this.tasks; next++) {
      if (this.#canBePicked(next, cpu)) into.push(action(ACTION.switchTo, cpu, next));
    }
    // A task that could go on leaves for a kernel thread's sake, which nobody here need know more of.
    if (current !== NULL && (this.detours || !(canRun && mayStay)))
      into.push(action(ACTION.switchTo, cpu, NULL));
  }

  #canBePicked(next: number, cpu: number): boolean {
    const { task } = this;
    if (!task.record.isLive(next) || task.cpu.get(next) >= 0) return false;
    return (task.allowed.get(next) & (1 << cpu)) !== 0 && this.canStep(next);
  }

  /** Whether the task could go on if it had a processor. */
  canStep(task: number): boolean {
    const state = this.task.state.get(task);
    if (state === TASK.asleep) return this.#waitIsOver(task);
    if (state !== TASK.ready) return false;
    return this.task.top.get(task) !== 0 || this.#booted().hasUserWork(task);
  }

  #waitIsOver(task: number): boolean {
    const kind = this.task.waitKind.get(task);
    const what = this.task.waitFor.get(task);
    if (kind === WAITS.mutex) return this.#state.get(what) === 0;
    if (kind === WAITS.irqs) return this.cpu.irqsOff.get(what) === 0;
    return this.#booted().waitIsOver(kind, what, task);
  }

  // ---- doing it ----

  /**
   * Does one action. `choice` answers a step's own question, if it asks one; how many answers there
   * were is then in `choices`. Throws the Violation if a property does not hold.
   */
  perform(it: Action, choice = 0): void {
    const { kind, cpu, task } = decodeAction(it);
    this.#here = cpu;
    this.#self = NULL;
    this.#choice = choice;
    this.#choices = 1;
    this.#askedHere = false;
    try {
      if (kind === ACTION.interrupt) this.#interrupt(cpu);
      else if (kind === ACTION.switchTo) this.#startSwitch(cpu, task);
      else if (this.cpu.irqsOff.peek(cpu) !== 0) this.#switchStep(cpu);
      else this.#taskStep(cpu);
    } catch (error) {
      if (error instanceof Violation && error.chain.length === 0) {
        error.chain = [...this.#stackOf(cpu), ...this.#functions];
        this.onStep?.({ cpu, task: this.#self, fn: this.#fn, label: this.#label });
      }
      this.#functions.length = 0;
      this.#atomic = 0;
      throw error;
    }
  }

  /** The number of answers that the last step's question had; 1 if it asked none. */
  get choices(): number {
    return this.#choices;
  }

  /** A step's question with `answers` answers. At most one in a step. */
  choose(answers: number): number {
    this.#choices = answers;
    return this.#choice;
  }

  #taskStep(cpu: number): void {
    const self = this.cpu.current.peek(cpu);
    this.#self = self;
    if (this.task.state.get(self) === TASK.asleep) this.#wake(self);
    const stacks = this.#stacksOfTasks();
    if (stacks.isEmpty(self)) {
      this.#fn = "user";
      this.#label = "";
      this.#booted().userStep(self);
      this.onStep?.({ cpu, task: self, fn: "user", label: this.#label });
      return;
    }
    this.#run(stacks, self, cpu);
  }

  #switchStep(cpu: number): void {
    const stacks = this.#stacksOfCpus();
    this.#atomic++;
    this.#run(stacks, cpu, cpu);
    this.#atomic--;
    if (stacks.isEmpty(cpu)) this.cpu.irqsOff.set(cpu, 0);
  }

  #run(stacks: Stacks, owner: number, cpu: number): void {
    const at = stacks.frameAt(owner);
    const step: Step<K> = stepAt(stacks.pcAt(at));
    this.#fn = step.procedure.fn;
    this.#label = step.label;
    const { window, pcOf } = step.procedure;
    window.show(this.#state, at);
    const end = step.body(this.#booted().kernel, window.frame);
    if (end === DONE) stacks.pop(owner, this.#returned);
    else if (end !== CALLED && end !== WAIT) {
      const pc = pcOf.get(end);
      if (pc === undefined) throw new BugError(`${step.procedure.fn}() has no step ${end}`);
      if (pc !== step.pc) stacks.setPcAt(at, pc);
    }
    this.#returned = 0;
    this.onStep?.({ cpu, task: this.#self, fn: this.#fn, label: step.label });
  }

  #startSwitch(cpu: number, next: number): void {
    const prev = this.cpu.current.get(cpu);
    this.cpu.irqsOff.set(cpu, 1);
    if (next !== NULL) this.task.cpu.set(next, cpu);
    this.#stacksOfCpus().push(cpu, this.#booted().contextSwitch, [prev, next]);
    this.onStep?.({ cpu, task: prev, fn: "schedule", label: "pick" });
  }

  #interrupt(cpu: number): void {
    this.#fn = "irq_work_run";
    this.#label = "run";
    this.#atomic++;
    this.#booted().interrupt(cpu);
    this.#atomic--;
    this.onStep?.({ cpu, task: NULL, fn: "irq_work_run", label: "run" });
  }

  // ---- what steps do ----

  #returned = 0;

  /** Ends the procedure; its caller finds `value` in `ret`. */
  ret(value: number): typeof DONE {
    this.#returned = value;
    return DONE;
  }

  /** Enters `callee` with the first registers set to `args`, to go on at `label` afterwards. */
  call(callee: Procedure, args: readonly number[], label: string): typeof CALLED {
    const stacks = this.#stacksOfTasks();
    const at = stacks.frameAt(this.#self);
    const caller = stepAt(stacks.pcAt(at)).procedure;
    const pc = caller.pcOf.get(label);
    if (pc === undefined) throw new BugError(`${caller.fn}() has no step ${label}`);
    stacks.setPcAt(at, pc);
    stacks.push(this.#self, callee, args);
    return CALLED;
  }

  /** Enters `callee` from user mode: a system call, an exception, a signal. */
  enter(task: number, callee: Procedure, args: readonly number[]): void {
    const stacks = this.#stacksOfTasks();
    if (!stacks.isEmpty(task)) throw new BugError(`${callee.fn}() is entered from user mode only`);
    stacks.push(task, callee, args);
  }

  /** Names what the user-mode step was, for a trace. */
  label(name: string): void {
    this.#label = name;
  }

  /** Puts the current task to sleep; the step is tried again when the wait is over. */
  sleep(kind: number, what: number): typeof WAIT {
    this.mightSleep();
    this.task.state.set(this.#self, TASK.asleep);
    this.task.waitKind.set(this.#self, kind);
    this.task.waitFor.set(this.#self, what);
    return WAIT;
  }

  #wake(task: number): void {
    this.task.state.set(task, TASK.ready);
    this.task.waitKind.set(task, WAITS.none);
    this.task.waitFor.set(task, 0);
  }

  /** kernel: might_sleep(). */
  mightSleep(): void {
    if (this.#atomic > 0)
      throw new Violation("sleep-in-atomic", "sleeping function called from invalid context");
  }

  /** What is in `body` runs with interrupts off, as an exception handler does. */
  atomically(body: () => void): void {
    this.#atomic++;
    body();
    this.#atomic--;
  }

  /** Runs `body` as an interrupt on another processor whose interrupts are on. kernel: an IPI. */
  onCpu(cpu: number, body: () => void): void {
    assert(this.cpu.irqsOff.get(cpu) === 0, "a processor with interrupts off takes no interrupt");
    const from = this.#here;
    this.#here = cpu;
    this.atomically(body);
    this.#here = from;
  }

  /** Takes a mutex, or says that the caller must WAIT. */
  lock(mutex: Field, id: number): boolean {
    this.mightSleep();
    if (mutex.get(id) !== 0) {
      this.sleep(WAITS.mutex, mutex.at(id));
      return false;
    }
    mutex.set(id, this.#self);
    return true;
  }

  unlock(mutex: Field, id: number): void {
    assert(mutex.get(id) === this.#self, "a mutex is dropped by who holds it");
    mutex.set(id, 0);
  }

  /** Runs `body` inside a kernel function that is no procedure, so that a violation can name it. */
  inside<T>(fn: string, body: () => T): T {
    this.#functions.push(fn);
    const result = body();
    this.#functions.pop();
    return result;
  }

  #stackOf(cpu: number): string[] {
    if (this.cpu.irqsOff.get(cpu) !== 0) return this.#stacksOfCpus().functions(cpu);
    return this.#self === NULL ? [] : this.#stacksOfTasks().functions(this.#self);
  }

  #stacksOfTasks(): Stacks {
    assert(this.#taskStacks !== undefined, "the machine was not booted");
    return this.#taskStacks;
  }

  #stacksOfCpus(): Stacks {
    assert(this.#cpuStacks !== undefined, "the machine was not booted");
    return this.#cpuStacks;
  }

  #booted(): Software<K> {
    assert(this.#software !== undefined, "the machine was not booted");
    return this.#software;
  }
}
