import { assert } from "../base/index.ts";
import { Column } from "./chunks.ts";
import { conflicts, type Footprint } from "./memory.ts";
import { type Model, STEP } from "./model.ts";
import { type Outlook, persistentSet } from "./persistent.ts";
import { NEW } from "./store.ts";

interface Seen extends Outlook {
  readonly hasFailed: boolean;
}

const MOST_AGENTS = 31;
const ANYTHING: Footprint = { readLow: ~0, readHigh: ~0, writtenLow: ~0, writtenHigh: ~0 };

/**
 * Partial order reduction over stored states: persistent sets say which agents can wait, sleep sets
 * which have been explored in another order already. The mask of sleepers is kept with each state;
 * who meets the state with fewer sleepers explores the rest. A cycle cannot make an agent wait for
 * ever: a state whose chosen steps all lead back to explored ones is explored in full.
 */
export class Reduction {
  readonly #model: Model;
  readonly #keepsMasks: boolean;
  readonly #masks = new Column(1);
  readonly #revisits: { state: number; missing: number }[] = [];
  #revisit: { state: number; missing: number } | undefined;
  #outlook: Seen | undefined;
  #asleep = 0;
  #chosen = 0;
  #isWhole = false;
  #freshFrom = 0;
  #hasFresh = false;
  // Agents whose steps from this state were all taken, and the one whose are being taken.
  #before = 0;
  #agent = -1;

  constructor(model: Model, keepsMasks: boolean) {
    assert(model.agents.length <= MOST_AGENTS, `${model.name}: too many agents to reduce`);
    this.#model = model;
    this.#keepsMasks = keepsMasks;
  }

  get bytes(): number {
    return this.#masks.bytes;
  }

  /** A state that some sleepers must still be explored from. */
  nextRevisit(): number | undefined {
    this.#revisit = this.#revisits.pop();
    return this.#revisit?.state;
  }

  /** Tries every step, to see what it touches, and takes it back. */
  lookAround(actions: Int32Array, count: number): Seen {
    const { memory, agents } = this.#model;
    const listing = { ...snapshot(memory.footprint) };
    const steps: Footprint[] = agents.map(() => listing);
    let enabled = 0;
    let visible = 0;
    let hasFailed = false;
    for (let index = 0; index < count; index++) {
      const action = actions[index] ?? 0;
      const agent = this.#model.agentOf(action);
      memory.clearFootprint();
      let choice = 0;
      do {
        const mark = memory.mark();
        const end = this.#model.perform(action, choice);
        if (end !== STEP.blocked) enabled |= 1 << agent;
        if (end === STEP.failed) hasFailed = true;
        memory.undo(mark);
      } while (++choice < this.#model.choices);
      const step = union(steps[agent] ?? listing, memory.footprint);
      if (this.#isVisible(step)) visible |= 1 << agent;
      steps[agent] = step;
    }
    const futures = agents.map((_, agent) => this.#futureOf(agent, steps[agent] ?? listing));
    this.#outlook = { agents: agents.length, steps, futures, enabled, visible, hasFailed };
    return this.#outlook;
  }

  /** Which agents are to be explored from a state. `head` is the first that was never explored. */
  begin(state: number, head: number): number {
    const outlook = this.#seen();
    const revisit = this.#revisit;
    this.#before = 0;
    this.#agent = -1;
    this.#hasFresh = false;
    this.#asleep = this.#keepsMasks ? this.#masks.get(state) : 0;
    if (revisit !== undefined) {
      this.#freshFrom = head;
      this.#isWhole = true;
      this.#chosen = revisit.missing & outlook.enabled;
      return this.#chosen;
    }
    this.#freshFrom = head + 1;
    this.#chosen = persistentSet(outlook, this.#asleep);
    this.#isWhole = this.#chosen === outlook.enabled;
    return this.#chosen & ~this.#asleep;
  }

  /** What is to be explored besides, because nothing new came of what was chosen. */
  more(): number {
    if (this.#isWhole || this.#hasFresh) return 0;
    this.#isWhole = true;
    return this.#seen().enabled & ~this.#chosen & ~this.#asleep;
  }

  /** Who sleeps after the step that was just taken: whoever was explored before, or slept, and commutes. */
  sleepAfter(action: number): number {
    if (!this.#keepsMasks) return 0;
    const agent = this.#model.agentOf(action);
    if (agent !== this.#agent) {
      if (this.#agent >= 0) this.#before |= 1 << this.#agent;
      this.#agent = agent;
    }
    const { steps } = this.#seen();
    const { footprint } = this.#model.memory;
    let mask = (this.#asleep | this.#before) & ~(1 << agent);
    for (let other = 0; other < steps.length; other++) {
      const step = steps[other];
      if ((mask & (1 << other)) === 0 || step === undefined) continue;
      const bothVisible = this.#isVisible(step) && this.#isVisible(footprint);
      if (bothVisible || conflicts(step, footprint)) mask &= ~(1 << other);
    }
    return mask;
  }

  /** A state that nobody had seen. */
  enter(state: number, sleep: number): void {
    this.#hasFresh = true;
    if (this.#keepsMasks) this.#masks.set(state, sleep);
  }

  /** A state that was known, if it is known which one. */
  meet(state: number, sleep: number): void {
    if (state <= NEW) return;
    if (state >= this.#freshFrom) this.#hasFresh = true;
    if (!this.#keepsMasks) return;
    const stored = this.#masks.get(state);
    const missing = stored & ~sleep;
    if (missing === 0) return;
    this.#masks.set(state, stored & sleep);
    if (state < this.#freshFrom) this.#revisits.push({ state, missing });
  }

  #futureOf(agent: number, step: Footprint): Footprint {
    const future = this.#model.future?.(agent) ?? ANYTHING;
    const isWithin =
      (step.readLow & ~(future.readLow | future.writtenLow)) === 0 &&
      (step.readHigh & ~(future.readHigh | future.writtenHigh)) === 0 &&
      (step.writtenLow & ~future.writtenLow) === 0 &&
      (step.writtenHigh & ~future.writtenHigh) === 0;
    assert(isWithin, `${this.#model.agents[agent]} touches more than its declared future`);
    return future;
  }

  #isVisible({ writtenLow, writtenHigh }: Footprint): boolean {
    const { visible } = this.#model;
    if (visible === undefined) return this.#model.invariant !== undefined;
    return ((writtenLow & visible.low) | (writtenHigh & visible.high)) !== 0;
  }

  #seen(): Seen {
    assert(this.#outlook !== undefined, "looked around before a state is explored");
    return this.#outlook;
  }
}

function snapshot({ readLow, readHigh, writtenLow, writtenHigh }: Footprint): Footprint {
  return { readLow, readHigh, writtenLow, writtenHigh };
}

function union(one: Footprint, other: Footprint): Footprint {
  return {
    readLow: one.readLow | other.readLow,
    readHigh: one.readHigh | other.readHigh,
    writtenLow: one.writtenLow | other.writtenLow,
    writtenHigh: one.writtenHigh | other.writtenHigh,
  };
}
