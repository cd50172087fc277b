import { assert } from "../../base/index.ts";
import { type Field, type KernelRecord, stepAt, WAITS } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { WAIT_FOR } from "../waits.ts";

/** What the number in a word is the number of. */
export const KIND = { plain: 0, cpu: 1, task: 2, ctx: 3, event: 4, actor: 5, word: 6, events: 7 };

const OF_REGISTER: Readonly<Record<string, number>> = {
  event: KIND.event,
  made: KIND.event,
  original: KIND.event,
  parent: KIND.event,
  leader: KIND.event,
  member: KIND.event,
  it: KIND.event,
  task: KIND.task,
  child: KIND.task,
  prev: KIND.task,
  next: KIND.task,
  target: KIND.task,
  owner: KIND.task,
  ctx: KIND.ctx,
  nextCtx: KIND.ctx,
  cpu: KIND.cpu,
};
const PLAIN_REGISTERS: ReadonlySet<string> = new Set(
  "how func arg look done error allInherited on what word register index value old addr len type disabled".split(
    " ",
  ),
);
/** What a wait is for; for a mutex it is the word of it. */
const OF_WAIT: Readonly<Record<number, number>> = {
  [WAITS.mutex]: KIND.word,
  [WAITS.irqs]: KIND.cpu,
  [WAIT_FOR.death]: KIND.task,
  [WAIT_FOR.stop]: KIND.task,
  [WAIT_FOR.noReader]: KIND.task,
  [WAIT_FOR.noWriter]: KIND.task,
  [WAIT_FOR.irqWork]: KIND.event,
  [WAIT_FOR.taskWork]: KIND.event,
  [WAIT_FOR.lastRef]: KIND.ctx,
  [WAIT_FOR.birth]: KIND.actor,
};
const OF_TARGET: Readonly<Record<string, number>> = {
  task: KIND.task,
  ctx: KIND.ctx,
  event: KIND.event,
};
const FRAME_HEADER = 3;

/** Tells of each word of a state what it holds, so that it can be renamed. */
export class WordKinds {
  readonly kinds: Uint8Array;
  readonly #k: Kernel;
  readonly #ofCpus: readonly Field[];

  constructor(k: Kernel) {
    this.#k = k;
    this.kinds = new Uint8Array(k.state.words.length);
    for (const record of k.records) {
      for (const { offset, target } of record.references)
        this.#fill(record, offset, OF_TARGET[target]);
      for (const { offset, words, target } of record.sets) {
        assert(target === "event" && words === 1, `a set of ${target} in ${words} words`);
        this.#fill(record, offset, KIND.events);
      }
    }
    const { task } = k.machine;
    this.#fill(task.record, k.thread.actor.offset, KIND.actor);
    this.#ofCpus = [task.cpu, task.lastCpu, k.event.oncpu, k.event.cpu];
  }

  /** Looks through the stacks and the waits of the state as it is now, and at what lives. */
  look(): void {
    for (const field of this.#ofCpus) this.#lookAtCpus(field);
    const { task, cpu } = this.#k.machine;
    for (let it = 1; it <= task.record.count; it++) {
      if (!task.record.isLive(it)) continue;
      this.#lookAtStack(task.stack.at(it), task.stackWords, task.top.peek(it));
      this.kinds[task.waitFor.at(it)] = OF_WAIT[task.waitKind.peek(it)] ?? KIND.plain;
    }
    for (let it = 0; it < cpu.record.count; it++)
      this.#lookAtStack(cpu.stack.at(it), cpu.stackWords, cpu.top.peek(it));
  }

  /** The zeros of a record that is not in use name no processor. */
  #lookAtCpus({ record, offset }: Field): void {
    const { base, stride, first, count } = record;
    for (let id = first; id < first + count; id++)
      this.kinds[base + id * stride + offset] = record.isLive(id) ? KIND.cpu : KIND.plain;
  }

  #lookAtStack(at: number, size: number, top: number): void {
    const { words } = this.#k.state;
    this.kinds.fill(KIND.plain, at, at + size);
    for (let from = top; from !== 0; from = words[at + from - 1] ?? 0) {
      const frame = at + from - 1;
      const { fn, registers } = stepAt(words[frame + 1] ?? 0).procedure;
      for (const [index, register] of registers.entries())
        this.kinds[frame + FRAME_HEADER + index] = kindOfRegister(fn, register);
    }
  }

  #fill(
    { base, stride, first, count }: KernelRecord,
    offset: number,
    kind: number | undefined,
  ): void {
    assert(kind !== undefined, "a reference to what has no numbers");
    for (let id = first; id < first + count; id++) this.kinds[base + id * stride + offset] = kind;
  }
}

function kindOfRegister(fn: string, register: string): number {
  if (fn === "perf_event_release_kernel" && register === "child") return KIND.event;
  const kind = OF_REGISTER[register];
  assert(kind !== undefined || PLAIN_REGISTERS.has(register), `${fn}(): what is ${register}?`);
  return kind ?? KIND.plain;
}

export function wordsOfField(field: Field, id: number, count: number): number[] {
  const { base, stride } = field.record;
  return Array.from({ length: count }, (_, index) => base + id * stride + field.offset + index);
}
