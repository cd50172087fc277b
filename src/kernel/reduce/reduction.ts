import {
  ACTION,
  type Action,
  action,
  CapacityError,
  decodeAction,
  NULL,
  Violation,
} from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { Knowledge } from "./knowledge.ts";
import { PinnedCpus } from "./pinned-cpus.ts";
import type { Place } from "./place.ts";
import { Trust } from "./trust.ts";

/**
 * Partial order reduction: which steps may go first, and all else that could happen be left for
 * later. A step may if nothing that others can do before it reads or writes what it touches, and if it
 * would do the same wherever its task were: then each run that has it later has a twin that has it
 * now. What others may touch is learned from the steps that are done: so a search is sound only if
 * nothing was learned in it that contradicts what it took for granted; else it must be repeated.
 *
 * No circle consists of such steps only: hence nothing waits for ever. What is only ever counted
 * down, and may only let others begin, is not looked at.
 */
export class Reduction {
  readonly knowledge: Knowledge;
  readonly #k: Kernel;
  readonly #trust: Trust;
  readonly #pinned: PinnedCpus | undefined;
  readonly #others: Place[] = [];

  constructor(k: Kernel) {
    this.#k = k;
    this.knowledge = new Knowledge(k);
    this.#trust = new Trust(this.knowledge);
    this.#pinned = PinnedCpus.of(k, { knowledge: this.knowledge, trust: this.#trust });
  }

  /**
   * Leaves the one action that may go first, if there is one. Else puts those of one processor first
   * that need no other, and returns how many they are: they suffice where they lead to something new.
   */
  choose(list: Action[]): number {
    if (list.length < 2) return list.length;
    for (const it of list) {
      const { kind, cpu } = decodeAction(it);
      if (kind !== ACTION.step) continue;
      const isSwitching = this.#k.machine.cpu.irqsOff.peek(cpu) !== 0;
      if (isSwitching ? this.#switchMayGoFirst(cpu) : this.#taskMayGoFirst(cpu)) {
        list[0] = it;
        list.length = 1;
        return 1;
      }
    }
    return this.#pinned?.choose(list) ?? list.length;
  }

  /** Whether something was learned that contradicts what was taken for granted since `trustAfresh`. */
  hasOverlooked(): boolean {
    return this.#trust.isBroken();
  }

  /** A new search begins: it trusts in what is known by now. */
  trustAfresh(): void {
    this.#trust.forget();
  }

  #taskMayGoFirst(cpu: number): boolean {
    const { knowledge } = this;
    const task = this.#k.machine.cpu.current.peek(cpu);
    const place = knowledge.placeOfTask(task);
    if (!place.isKnown) this.#lookAhead(action(ACTION.step, cpu));
    if (!this.#trust.mayGoFirst(place)) return false;
    const others = this.#others;
    others.length = 0;
    others.push(knowledge.anySwitch, ...knowledge.interrupts);
    this.#addTasks(others, (it) => it !== task);
    const held = 1 << task;
    for (const it of others) if (!this.#trust.isFree(place, it, held)) return false;
    this.#trust.rely(place, others, held).wentFirst = true;
    return true;
  }

  /** Its interrupts are off: only what others do on other processors could come before it. */
  #switchMayGoFirst(cpu: number): boolean {
    const { knowledge } = this;
    const place = knowledge.placeOfSwitchStep(cpu);
    const during = knowledge.switchOfStep(place);
    if (!place.isKnown) this.#lookAhead(action(ACTION.step, cpu));
    if (during === undefined) return false;
    const { prev, next } = during;
    const held = (1 << prev) | (1 << next);
    const others = this.#others;
    others.length = 0;
    for (const [it, interrupt] of knowledge.interrupts.entries())
      if (it !== cpu) others.push(interrupt);
    this.#addTasks(others, (it) => it !== prev && it !== next && !this.#pinned?.isOn(it, cpu));
    for (const it of others) if (!this.#trust.isFree(place, it, held)) return false;
    if (!this.#trust.isFreeOfSwitches(place, during, held)) return false;
    this.#trust.rely(place, others, held).elsewhere = during;
    return true;
  }

  /** What a step touches that was never seen. If it fails, so will the search that does it. */
  #lookAhead(it: Action): void {
    const { state, machine } = this.#k;
    const mark = state.mark();
    try {
      this.knowledge.begin(it);
      machine.perform(it);
      this.knowledge.end(it);
    } catch (error) {
      this.knowledge.abandon();
      if (!(error instanceof Violation || error instanceof CapacityError)) throw error;
    }
    state.undo(mark);
  }

  #addTasks(into: Place[], isOther: (task: number) => boolean): void {
    for (let task = 1; task <= this.#k.machine.tasks; task++) {
      if (task !== NULL && isOther(task) && this.knowledge.isBorn(task))
        into.push(this.knowledge.placeOfTask(task));
    }
  }
}
