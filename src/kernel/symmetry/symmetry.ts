import { assert } from "../../base/index.ts";
import type { KernelRecord } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { SIGNALS } from "../signal-names.ts";
import type { Renaming } from "./equal-agents.ts";
import { KIND, WordKinds, wordsOfField } from "./word-kinds.ts";

/** One renaming, as what becomes of each word and of what it holds. */
interface RenamedWords {
  /** For each word the one that its content comes from. */
  readonly from: Int32Array;
  /** For each kind what a number becomes; the numbers from 0 up. */
  readonly values: readonly Int32Array[];
}

/**
 * Equal processors and equal tasks: of the states that differ by their names only one is kept, the
 * one whose words come first.
 */
export class KernelSymmetry {
  readonly #k: Kernel;
  readonly #kinds: WordKinds;
  readonly #maps: readonly RenamedWords[];
  readonly #best: Int32Array;

  /** `renamings` without the one that changes nothing. */
  constructor(k: Kernel, renamings: readonly Renaming[]) {
    this.#k = k;
    this.#kinds = new WordKinds(k);
    this.#maps = renamings.map((it) => mapOf(k, it));
    this.#best = new Int32Array(k.state.words.length);
  }

  /** Puts the first of all doubles into `into`. The state in the memory must be `from`. */
  apply(from: ArrayLike<number>, into: { [at: number]: number }): void {
    this.#kinds.look();
    const best = this.#best;
    for (let at = 0; at < best.length; at++) best[at] = from[at] ?? 0;
    for (const it of this.#maps) this.#tryOut(it, from);
    for (let at = 0; at < best.length; at++) into[at] = best[at] ?? 0;
  }

  /** One of the doubles as a whole. For tests. */
  double(which: number): Int32Array {
    this.#kinds.look();
    const map = this.#maps[which];
    const { words } = this.#k.state;
    return words.map((_, at) => (map === undefined ? 0 : this.#renamed(map, words, at)));
  }

  /** Takes the double for the best one if it comes before it. */
  #tryOut(map: RenamedWords, words: ArrayLike<number>): void {
    const best = this.#best;
    for (let at = 0; at < best.length; at++) {
      const word = this.#renamed(map, words, at);
      const other = best[at] ?? 0;
      if (word > other) return;
      if (word === other) continue;
      for (let rest = at; rest < best.length; rest++) best[rest] = this.#renamed(map, words, rest);
      return;
    }
  }

  #renamed({ from, values }: RenamedWords, words: ArrayLike<number>, at: number): number {
    const source = from[at] ?? 0;
    const word = words[source] ?? 0;
    const kind = this.#kinds.kinds[source] ?? KIND.plain;
    if (kind === KIND.plain || (word < 0 && kind !== KIND.events)) return word;
    const table = values[kind];
    if (kind !== KIND.events) return table?.[word] ?? word;
    let set = 0;
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      const event = 31 - Math.clz32(rest & -rest);
      set |= 1 << (table?.[event] ?? event);
    }
    return set;
  }
}

function mapOf(k: Kernel, { cpus, actors }: Renaming): RenamedWords {
  const cpuTo = Int32Array.from(cpus);
  const actorTo = Int32Array.from(actors);
  // Declared tasks have the number behind their actor's, and contexts of their own behind the CPUs'.
  const taskTo = ids(k.machine.task.record, (it) => 1 + (actorTo[it - 1] ?? it - 1));
  const ctxTo = ids(k.ctx.record, (it) => {
    if (it <= k.cpus) return 1 + (cpuTo[it - 1] ?? it - 1);
    return it <= k.cpus + k.machine.tasks ? k.cpus + (taskTo[it - k.cpus] ?? 0) : it;
  });
  const eventTo = eventsTo(k, actors);
  const to = Int32Array.from(k.state.words, (_, at) => at);
  moveRecords(to, k.machine.cpu.record, cpuTo);
  moveRecords(to, k.percpu.record, cpuTo);
  moveRecords(to, k.slots.perCpu, cpuTo);
  moveRecords(to, k.machine.task.record, taskTo);
  moveRecords(to, k.slots.perTask, taskTo);
  moveRecords(to, k.ctx.record, ctxTo);
  moveRecords(to, k.event.record, eventTo);
  moveResults(k, to, actors);
  const from = new Int32Array(to.length);
  for (let at = 0; at < to.length; at++) from[to[at] ?? 0] = at;
  const values: Int32Array[] = [];
  values[KIND.cpu] = cpuTo;
  values[KIND.task] = taskTo;
  values[KIND.ctx] = ctxTo;
  values[KIND.event] = eventTo;
  values[KIND.events] = eventTo;
  values[KIND.actor] = actorTo;
  values[KIND.word] = to;
  return { from, values };
}

function ids({ first, count }: KernelRecord, to: (id: number) => number): Int32Array {
  return Int32Array.from({ length: first + count }, (_, id) => (id < first ? id : to(id)));
}

/** The events of a statement go where the same statement of the other task has its own. */
function eventsTo(k: Kernel, actors: readonly number[]): Int32Array {
  const to = ids(k.event.record, (id) => id);
  for (const step of k.program.steps) {
    if (step.op.kind !== "open") continue;
    const twin = twinOf(k, step.index, actors);
    for (let time = 0; time < step.times; time++)
      to[k.program.eventIdOf(step, time)] = k.program.eventIdOf(twin, time);
  }
  return to;
}

function twinOf(k: Kernel, index: number, actors: readonly number[]) {
  const { steps } = k.program;
  const step = steps[index];
  const place =
    step === undefined ? -1 : steps.filter((it) => it.actor === step.actor).indexOf(step);
  const twin = steps.filter((it) => it.actor === actors[step?.actor ?? 0])[place];
  assert(twin !== undefined, `statement ${index} has no twin`);
  return twin;
}

function moveRecords(to: Int32Array, record: KernelRecord, ids: Int32Array): void {
  const { base, stride, first, count } = record;
  for (let id = first; id < first + count; id++) {
    for (let word = 0; word < stride; word++)
      to[base + id * stride + word] = base + (ids[id] ?? id) * stride + word;
  }
}

/** What is kept by the number of a statement, an event's name or an actor. */
function moveResults(k: Kernel, to: Int32Array, actors: readonly number[]): void {
  const { user, program } = k;
  const move = (field: typeof user.result, from: number, into: number) => {
    to[wordsOfField(field, 1, from + 1)[from] ?? 0] = wordsOfField(field, 1, into + 1)[into] ?? 0;
  };
  for (const { index, op } of program.steps) {
    const twin = twinOf(k, index, actors);
    move(user.result, index, twin.index);
    if (!("event" in op) || !("event" in twin.op)) continue;
    const handles = [program.handle(op.event), program.handle(twin.op.event)] as const;
    for (const field of [user.eventOf, user.lastCount, user.lastSamples]) move(field, ...handles);
  }
  for (const [actor, other] of actors.entries()) {
    for (const field of [user.taskOf, user.fate]) move(field, actor, other);
    for (const field of [user.handled, user.sigCode, user.sigData, user.sigAddr]) {
      for (let signal = 0; signal < SIGNALS; signal++)
        move(field, actor * SIGNALS + signal, other * SIGNALS + signal);
    }
  }
}
