import { ACTION, type Action, decodeAction, NULL, READ } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import type { Op } from "../op.ts";
import { nextStep } from "../user-program.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Place } from "./place.ts";
import type { Trust } from "./trust.ts";

/** What changes where a task may run. */
const MOVES: readonly Op["kind"][] = ["pin", "migrate", "unpin", "offline", "online"];

/**
 * Processors to which tasks are pinned for good. All that happens on such a one can be explored
 * before anything elsewhere if nothing elsewhere depends on it: it has its own tasks, and nobody else
 * comes or goes.
 */
export class PinnedCpus {
  readonly #k: Kernel;
  readonly #knowledge: Knowledge;
  readonly #trust: Trust;
  /** What is looked at to see which actions there are on each processor. */
  readonly #rest: readonly Place[];

  /** Undefined where nothing is pinned for good. */
  static of(k: Kernel, by: { knowledge: Knowledge; trust: Trust }): PinnedCpus | undefined {
    const isFixed = k.program.steps.every(({ op }) => !MOVES.includes(op.kind));
    const isUsed = k.source.tasks.some(({ cpu }) => cpu !== undefined);
    return isFixed && isUsed && k.cpus > 1 ? new PinnedCpus(k, by) : undefined;
  }

  private constructor(k: Kernel, { knowledge, trust }: { knowledge: Knowledge; trust: Trust }) {
    this.#k = k;
    this.#knowledge = knowledge;
    this.#trust = trust;
    this.#rest = Array.from({ length: k.cpus }, (_, cpu) => this.#whatIsAskedOf(cpu));
  }

  /** Whether a task runs there or nowhere. */
  isOn(task: number, cpu: number): boolean {
    return this.#knowledge.isBorn(task) && this.#k.machine.task.allowed.peek(task) === 1 << cpu;
  }

  /** Puts the actions of a processor that needs no other first; returns how many they are, or all. */
  choose(list: Action[]): number {
    for (let cpu = 0; cpu < this.#k.cpus; cpu++) {
      const own = list.filter((it) => decodeAction(it).cpu === cpu);
      if (own.length === 0 || own.length === list.length || !this.#isApart(cpu, own)) continue;
      const rest = list.filter((it) => decodeAction(it).cpu !== cpu);
      list.splice(0, list.length, ...own, ...rest);
      return own.length;
    }
    return list.length;
  }

  #isApart(cpu: number, own: readonly Action[]): boolean {
    const { machine } = this.#k;
    if (machine.cpu.irqsOff.peek(cpu) !== 0) return false;
    const rest = this.#rest[cpu];
    const places: Place[] = rest === undefined ? [] : [rest];
    const others = this.#knowledge.interrupts.filter((_, it) => it !== cpu);
    let held = 0;
    for (let task = 1; task <= machine.tasks; task++) {
      if (!this.#knowledge.isBorn(task)) continue;
      const place = this.#knowledge.placeOfTask(task);
      if (this.isOn(task, cpu)) {
        // Another's last statement of a phase would let it begin.
        if (this.#waitsForPhase(task)) return false;
        held |= 1 << task;
        places.push(place);
      } else if ((machine.task.allowed.peek(task) & (1 << cpu)) !== 0) return false;
      else others.push(place);
    }
    if (held === 0) return false;
    for (const it of own) places.push(...this.#placesOf(it));
    const elsewhere = { cpu, prev: NULL, next: NULL };
    const isApart = places.every(
      (place) =>
        others.every((it) => this.#trust.isFree(place, it, held)) &&
        this.#trust.isFreeOfSwitches(place, elsewhere, held),
    );
    if (!isApart) return false;
    for (const place of places) this.#trust.rely(place, others, held).elsewhere = elsewhere;
    return true;
  }

  #placesOf(it: Action): readonly Place[] {
    const { kind, cpu, task } = decodeAction(it);
    const { interrupts } = this.#knowledge;
    if (kind === ACTION.interrupt) return interrupts.filter((_, at) => at === cpu);
    if (kind !== ACTION.switchTo) return [];
    return [this.#knowledge.switch(cpu, this.#k.machine.cpu.current.peek(cpu), task).whole];
  }

  #waitsForPhase(task: number): boolean {
    const step = nextStep(this.#k, task);
    return step !== undefined && !this.#k.machine.canStep(task) && this.#isInUserMode(task);
  }

  #isInUserMode(task: number): boolean {
    return this.#k.machine.task.top.peek(task) === 0;
  }

  #whatIsAskedOf(cpu: number): Place {
    const place = this.#knowledge.newPlace(NULL);
    const note = ({ base, stride }: { base: number; stride: number }, id: number) => {
      for (let word = 0; word < stride; word++) place.note(base + id * stride + word, READ);
    };
    note(this.#k.machine.cpu.record, cpu);
    note(this.#k.percpu.record, cpu);
    for (let task = 1; task <= this.#k.machine.tasks; task++) {
      if (this.#k.source.tasks.some((it) => it.cpu === cpu && this.#actorOf(task) === it.name))
        note(this.#k.machine.task.record, task);
    }
    return place;
  }

  #actorOf(task: number): string | undefined {
    const born = this.#knowledge.isBorn(task);
    return born ? this.#k.program.actors[this.#k.thread.actor.peek(task)] : undefined;
  }
}
