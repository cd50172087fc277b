import type { KernelRecord } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { USER_FRAMES } from "../records/thread-fields.ts";

/** What the words of a state are to a reduction. */
export interface WordsOf {
  /** The task whose place a word is part of, or NULL. */
  readonly ownerOf: Uint8Array;
  /** The word that says whether the object lives. */
  readonly lifeOf: Int32Array;
  /** The words that make steps depend on each other, where the tasks in `held` cannot be freed. */
  counted(held: number): Int32Array;
}

export function wordsOf(k: Kernel): WordsOf {
  const masks = new Map<number, Int32Array>();
  return {
    ownerOf: ownersOf(k),
    lifeOf: lifeWords(k),
    counted(held) {
      let mask = masks.get(held);
      if (mask === undefined) {
        mask = countedWords(k, held);
        masks.set(held, mask);
      }
      return mask;
    },
  };
}

/** What is only counted down, and then lets others begin, makes no steps depend on each other. */
function countedWords(k: Kernel, held: number): Int32Array {
  const counted = new Int32Array((k.state.words.length + 31) >> 5).fill(-1);
  const leaveOut = (at: number) => {
    counted[at >> 5] = (counted[at >> 5] ?? 0) & ~(1 << (at & 31));
  };
  const remaining = k.user.remaining.at(1);
  for (let phase = 0; phase < k.program.phases; phase++) leaveOut(remaining + phase);
  const { base, stride } = k.machine.task.record;
  for (let task = 1; task <= k.machine.tasks; task++) {
    if ((held & (1 << task)) !== 0) leaveOut(base + task * stride);
  }
  return counted;
}

function lifeWords(k: Kernel): Int32Array {
  const words = Int32Array.from(k.state.words, (_, at) => at);
  const records: readonly KernelRecord[] = [k.machine.task.record, k.ctx.record, k.event.record];
  for (const { base, stride, first, count } of records) {
    for (let id = first; id < first + count; id++) {
      const start = base + id * stride;
      words.fill(start, start, start + stride);
    }
  }
  return words;
}

function ownersOf(k: Kernel): Uint8Array {
  const owners = new Uint8Array(k.state.words.length);
  const { record, stack, stackWords, top } = k.machine.task;
  const { actor, ip, done, depth, func, sub, resume, handlerOf } = k.thread;
  for (let task = 1; task <= k.machine.tasks; task++) {
    const start = record.base + task * record.stride;
    owners[start] = task;
    for (const { offset } of [actor, ip, done, depth, top]) owners[start + offset] = task;
    for (const { offset } of [func, sub, resume, handlerOf])
      owners.fill(task, start + offset, start + offset + USER_FRAMES);
    owners.fill(task, start + stack.offset, start + stack.offset + stackWords);
  }
  return owners;
}
