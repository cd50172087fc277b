import { ACTION, type Action, decodeAction, LIFE, NULL } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { Control, mixed } from "./control.ts";
import { type Growing, Place } from "./place.ts";
import { type WordsOf, wordsOf } from "./words-of.ts";

/** A context switch between two tasks, or idle, on a processor. */
export interface Switch {
  readonly cpu: number;
  readonly prev: number;
  readonly next: number;
  /** All that it may touch. */
  readonly whole: Place;
}

// Behind the header of the frame of schedule() come its first two registers.
const PREV = 3;
const NEXT = 4;

/** What was seen of the steps of a kernel: where they start, what they touch, where they lead. */
export class Knowledge implements Growing {
  /** How often something new was learned. */
  learned = 0;
  /** What any context switch may touch, and what the interrupts of each processor. */
  readonly anySwitch: Place;
  readonly interrupts: readonly Place[];
  readonly #k: Kernel;
  readonly #control: Control;
  readonly #words: WordsOf;
  readonly #places = new Map<number, Place>();
  readonly #switches = new Map<number, Switch>();
  readonly #switchSteps = new Map<Place, Switch>();
  #ids = 0;
  #running: Place | undefined;
  // As it was before the step that is being done.
  #before = { top: 0, pc: 0 };
  readonly #others: number[] = [];

  constructor(k: Kernel) {
    this.#k = k;
    this.#control = new Control(k);
    this.#words = wordsOf(k);
    this.anySwitch = this.newPlace(NULL);
    this.interrupts = Array.from({ length: k.cpus }, () => this.newPlace(NULL));
  }

  hasGrown(): void {
    this.learned++;
  }

  get switches(): Iterable<Switch> {
    return this.#switches.values();
  }

  /** What the action touches from here on is noted. */
  begin(it: Action): void {
    const place = this.#placeOfAction(it);
    this.#running = place;
    if (place.pokes !== 0) this.#noteOthers(place.pokes);
    this.#k.state.noteTouchesIn(place);
  }

  /** The action was done. */
  end(it: Action): void {
    this.#k.state.noteTouchesIn(undefined);
    const { kind, cpu } = decodeAction(it);
    const place = this.#running;
    if (place === undefined || kind !== ACTION.step) return;
    place.isKnown = true;
    if (place.task !== NULL) this.#taskStepped(place, cpu);
  }

  /** The action failed: the run is over. */
  abandon(): void {
    this.#k.state.noteTouchesIn(undefined);
  }

  /** Whether a step from `place` and something that is still to come elsewhere depend on each other. */
  conflict(place: Place, other: Place, held: number): boolean {
    return place.own.conflictsWith(other.future, this.#words.counted(held));
  }

  placeOfTask(task: number): Place {
    const key = this.#control.of(task);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.newPlace(task);
      this.#places.set(key, place);
    }
    return place;
  }

  /** The step of the context switch that a processor is in the middle of. */
  placeOfSwitchStep(cpu: number): Place {
    const { stack, stackWords } = this.#k.machine.cpu;
    const { words } = this.#k.state;
    const from = stack.at(cpu);
    let key = mixed(0x51ed270b, cpu);
    for (let at = from; at < from + stackWords; at++) key = mixed(key, words[at] ?? 0);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.newPlace(NULL);
      this.#places.set(key, place);
      const during = this.switch(cpu, words[from + PREV] ?? 0, words[from + NEXT] ?? 0);
      during.whole.leadsTo(place);
      this.#switchSteps.set(place, during);
    }
    return place;
  }

  switchOfStep(place: Place): Switch | undefined {
    return this.#switchSteps.get(place);
  }

  switch(cpu: number, prev: number, next: number): Switch {
    const key = (cpu << 16) | (prev << 8) | next;
    let found = this.#switches.get(key);
    if (found === undefined) {
      found = { cpu, prev, next, whole: this.newPlace(NULL) };
      this.#switches.set(key, found);
      this.anySwitch.leadsTo(found.whole);
    }
    return found;
  }

  newPlace(task: number): Place {
    const size = this.#k.state.words.length;
    const { ownerOf, lifeOf } = this.#words;
    return new Place(this, { id: this.#ids++, size, task, ownerOf, lifeOf });
  }

  isBorn(task: number): boolean {
    const { base, stride } = this.#k.machine.task.record;
    return this.#k.state.words[base + task * stride] === LIFE.live;
  }

  #taskStepped(place: Place, cpu: number): void {
    const { machine } = this.#k;
    const { task } = place;
    const isStuck =
      machine.cpu.irqsOff.peek(cpu) !== 0 ||
      machine.cpu.current.peek(cpu) !== task ||
      !this.isBorn(task) ||
      !machine.canStep(task) ||
      (machine.task.allowed.peek(task) & (1 << cpu)) === 0;
    if (machine.askedHere || isStuck) place.bind();
    const { top, pc } = this.#before;
    const isBack = top !== 0 && this.#control.topOf(task) >= top;
    if (isBack && this.#control.pcAt(task, top) <= pc) place.turnsBack();
    if (this.isBorn(task)) place.leadsTo(this.placeOfTask(task));
    for (let other = 1; other <= machine.tasks; other++) {
      if (other === task || (place.pokes & (1 << other)) === 0 || !this.isBorn(other)) continue;
      if (this.#control.of(other) !== this.#others[other]) place.leadsTo(this.placeOfTask(other));
    }
  }

  /** Where the tasks are that a step from here may put somewhere else. */
  #noteOthers(tasks: number): void {
    for (let task = 1; task <= this.#k.machine.tasks; task++) {
      if ((tasks & (1 << task)) !== 0) this.#others[task] = this.#control.of(task);
    }
  }

  #placeOfAction(it: Action): Place {
    const { kind, cpu, task } = decodeAction(it);
    const { cpu: cpus } = this.#k.machine;
    if (kind === ACTION.interrupt) return this.interrupts[cpu] ?? this.anySwitch;
    if (kind === ACTION.switchTo) return this.switch(cpu, cpus.current.peek(cpu), task).whole;
    if (cpus.irqsOff.peek(cpu) !== 0) return this.placeOfSwitchStep(cpu);
    const current = cpus.current.peek(cpu);
    const top = this.#control.topOf(current);
    this.#before = { top, pc: top === 0 ? 0 : this.#control.pcAt(current, top) };
    return this.placeOfTask(current);
  }
}
