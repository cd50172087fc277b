import { ACTION, type Action, action, NULL, TASK, Violation } from "../machine/index.ts";
import { checkAtRest } from "./at-rest.ts";
import type { CompiledStep } from "./compiled-program.ts";
import type { Kernel } from "./kernel.ts";
import { checkLeaks } from "./leaks.ts";
import { KILLED_BY } from "./outcome.ts";
import { interruptPending } from "./overflow.ts";
import { sendSignal } from "./send-signal.ts";
import { SIGKILL } from "./signal-names.ts";
import { taskByName } from "./user-program.ts";

/** How often a statement was done, and with which results. */
export interface StatementResult {
  readonly step: CompiledStep;
  readonly words: readonly number[];
}

export interface RunResult {
  readonly statements: readonly StatementResult[];
  readonly violation: Violation | undefined;
  readonly steps: number;
}

/** More steps than any program needs that ends. */
const MOST_STEPS = 50_000_000;

/**
 * Runs the statements in file order: each is over before the next begins, unless it sleeps. Whoever
 * is not due stands still, interrupts come at once, and a task leaves its processor for idle when
 * another one needs it; only a statement that says so switches directly.
 */
export class SequentialRun {
  readonly #k: Kernel;
  readonly #words: number[][];
  /** Statements begin in the order of the file: those up to here have. */
  #begun = -1;
  #steps = 0;
  #ended = false;

  constructor(kernel: Kernel) {
    this.#k = kernel;
    kernel.state.goForward();
    this.#words = kernel.program.steps.map(() => []);
    kernel.mayBegin = (step) => step.index <= this.#begun;
    kernel.onResult = (step, word) => this.#words[step.index]?.push(word);
  }

  run(): RunResult {
    const { steps } = this.#k.program;
    let violation: Violation | undefined;
    try {
      for (const step of steps) {
        this.#begun = step.index;
        this.#settle(step);
        if (this.#steps >= MOST_STEPS) break;
      }
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error;
    }
    this.#ended = violation !== undefined;
    const statements = steps.map((step) => ({ step, words: this.#words[step.index] ?? [] }));
    return { statements, violation, steps: this.#steps };
  }

  /**
   * Ends all that is left, as the end of the test does, and says what is still held then: nothing may
   * be. Not after a violation, for then the state is no kernel's.
   */
  tearDown(): Violation | undefined {
    if (this.#ended) return undefined;
    try {
      checkAtRest(this.#k);
      for (let task = 1; task <= this.#k.machine.tasks; task++) this.#end(task);
      checkLeaks(this.#k);
      return undefined;
    } catch (error) {
      if (error instanceof Violation) return error;
      throw error;
    }
  }

  #end(task: number): void {
    const { machine } = this.#k;
    if (!machine.task.record.isLive(task) || machine.task.state.get(task) === TASK.zombie) return;
    machine.task.allowed.set(task, ~0);
    sendSignal(this.#k, task, SIGKILL);
    for (let next = this.#choose(undefined); next !== undefined; next = this.#choose(undefined))
      this.#perform(next);
  }

  /** Does all that can be done by now; what is left sleeps, or waits for a statement to come. */
  #settle(step: CompiledStep): void {
    for (;;) {
      const next = this.#choose(step);
      if (next === undefined || this.#steps >= MOST_STEPS) break;
      this.#perform(next);
      while (this.#goesOn(step)) this.#perform(next);
    }
    this.#noteDeath(step);
    if (this.#k.hasAllFixes) checkAtRest(this.#k);
    const { op } = step;
    if (op.kind === "switch-to") this.#switchTo(taskByName(this.#k, op.task));
  }

  /** Whether the task that has just done a step simply does the next: in the kernel, or in its statement. */
  #goesOn(step: CompiledStep): boolean {
    const { machine } = this.#k;
    const task = machine.self; // none in a context switch or an interrupt
    if (task === NULL) return false;
    const { state, top, allowed } = machine.task;
    const it = state.follow(task);
    if (state.of(it) !== TASK.ready) return false;
    const isInKernel = top.of(it) !== 0;
    if (!isInKernel && !this.#isInStatement(task, step)) return false;
    if (this.#steps >= MOST_STEPS) return false;
    const cpu = machine.here;
    return (allowed.of(it) & (1 << cpu)) !== 0 && !interruptPending(this.#k, cpu);
  }

  #isInStatement(task: number, step: CompiledStep): boolean {
    const done = this.#words[step.index]?.length ?? step.times;
    return done < step.times && this.#k.thread.actor.get(task) === step.actor;
  }

  /** Whoever dies of a statement does not live to say how it went. */
  #noteDeath(step: CompiledStep): void {
    const fate = this.#k.user.fate.get(1, step.actor);
    if (fate < 2) return;
    const words = this.#words[step.index];
    if (words === undefined) return;
    // The last of them was still on its way back, but where the trap comes before the access.
    const whole = this.#diesBefore(step) ? step.times - 1 : Math.min(words.length, step.times) - 1;
    words.length = Math.max(0, Math.min(words.length, whole));
    words.push(KILLED_BY - (fate - 2));
  }

  /** Whether what a hit leads to comes before the access is made. */
  #diesBefore({ isAccess }: CompiledStep): boolean {
    const { data } = this.#k.arch;
    return isAccess && data.trap === "before" && data.counts === "at-trap";
  }

  #perform(next: Action): void {
    this.#k.machine.perform(next);
    this.#steps++;
  }

  #choose(step: CompiledStep | undefined): Action | undefined {
    const { machine } = this.#k;
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      if (machine.cpu.irqsOff.get(cpu) !== 0) return action(ACTION.step, cpu);
    }
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      const isOn = machine.cpu.online.get(cpu) !== 0;
      if (isOn && interruptPending(this.#k, cpu)) return action(ACTION.interrupt, cpu);
    }
    const due = step === undefined ? NULL : this.#k.user.taskOf.get(1, step.actor);
    if (due !== NULL && this.#canGoOn(due)) return this.#advance(due);
    for (let task = 1; task <= machine.tasks; task++) {
      if (machine.task.record.isLive(task) && this.#canGoOn(task)) return this.#advance(task);
    }
    return this.#leaveForbiddenCpu();
  }

  #canGoOn(task: number): boolean {
    return this.#k.machine.task.record.isLive(task) && this.#k.machine.canStep(task);
  }

  /** A step of the task, or what brings it onto a processor. */
  #advance(task: number): Action | undefined {
    const { machine } = this.#k;
    const cpu = machine.task.cpu.get(task);
    const allowed = machine.task.allowed.get(task);
    if (cpu >= 0) {
      if ((allowed & (1 << cpu)) !== 0) return action(ACTION.step, cpu);
      return action(ACTION.switchTo, cpu, NULL);
    }
    const to = this.#bestCpu(task, allowed);
    if (to < 0) return undefined;
    // Whoever waits for its next statement sleeps: the processor is idle in between.
    const isFree = machine.cpu.current.get(to) === NULL;
    return action(ACTION.switchTo, to, isFree ? task : NULL);
  }

  /** Where it ran last if that is free or there is nothing better; else an idle one; else any. */
  #bestCpu(task: number, allowed: number): number {
    const { machine } = this.#k;
    const last = machine.task.lastCpu.get(task);
    if (last >= 0 && this.#isUsable(last, allowed)) return last;
    let first = -1;
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      if (!this.#isUsable(cpu, allowed)) continue;
      if (machine.cpu.current.get(cpu) === NULL) return cpu;
      if (first < 0) first = cpu;
    }
    return first;
  }

  #isUsable(cpu: number, allowed: number): boolean {
    return (allowed & (1 << cpu)) !== 0 && this.#k.machine.cpu.online.get(cpu) !== 0;
  }

  /** A processor that is being taken down waits for its task to go, a tracer for its tracee. */
  #leaveForbiddenCpu(): Action | undefined {
    const { machine } = this.#k;
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      const current = machine.cpu.current.get(cpu);
      if (current === NULL || machine.cpu.online.get(cpu) === 0) continue;
      const mayStay = (machine.task.allowed.get(current) & (1 << cpu)) !== 0;
      const state = machine.task.state.get(current);
      const mustGo = state === TASK.zombie || state === TASK.stopped;
      if (!mayStay || mustGo) return action(ACTION.switchTo, cpu, NULL);
    }
    return undefined;
  }

  /** Wherever the other one sleeps, it is brought here, pinned or not, as the next to run. */
  #switchTo(task: number): void {
    const { machine } = this.#k;
    const { here } = machine;
    if (task === NULL || task === machine.cpu.current.get(here)) return;
    if (!machine.task.record.isLive(task)) return;
    if (machine.task.state.get(task) === TASK.zombie) return;
    const elsewhere = machine.task.cpu.get(task);
    if (elsewhere >= 0) this.#performSwitch(elsewhere, NULL);
    this.#performSwitch(here, task);
  }

  #performSwitch(cpu: number, task: number): void {
    const { machine } = this.#k;
    this.#perform(action(ACTION.switchTo, cpu, task));
    while (machine.cpu.irqsOff.get(cpu) !== 0) this.#perform(action(ACTION.step, cpu));
  }
}
