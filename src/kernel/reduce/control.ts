import type { Field } from "../../machine/index.ts";
import type { Kernel } from "../kernel.ts";
import { USER_FRAMES } from "../records/thread-fields.ts";

/** No frame is longer; behind the newest one the stack is empty. */
const LONGEST_FRAME = 16;

/**
 * Where a task is, as one number: its statement, its user frames, its stack with all that is in it.
 * Two places under one number do no harm: they are taken together.
 */
export class Control {
  readonly #words: Int32Array;
  readonly #offsets: readonly number[];
  readonly #base: number;
  readonly #stride: number;
  readonly #stack: number;
  readonly #stackWords: number;
  readonly #top: number;

  constructor(k: Kernel) {
    const { record, top, stack, stackWords } = k.machine.task;
    const { actor, ip, done, depth, func, sub, resume, handlerOf } = k.thread;
    const many = (field: Field) =>
      Array.from({ length: USER_FRAMES }, (_, frame) => field.offset + frame);
    this.#offsets = [
      ...[actor, ip, done, depth, top].map((field) => field.offset),
      ...[func, sub, resume, handlerOf].flatMap(many),
    ];
    this.#words = k.state.words;
    this.#base = record.base;
    this.#stride = record.stride;
    this.#stack = stack.offset;
    this.#stackWords = stackWords;
    this.#top = top.offset;
  }

  /** 0 for a task that there is not. */
  of(task: number): number {
    const words = this.#words;
    const start = this.#base + task * this.#stride;
    if (words[start] === 0) return 0;
    let hash = Math.imul(task, 0x9e3779b1) ^ (words[start] ?? 0);
    for (const offset of this.#offsets) hash = mixed(hash, words[start + offset] ?? 0);
    const top = words[start + this.#top] ?? 0;
    if (top !== 0) {
      const end = Math.min(this.#stackWords, top - 1 + LONGEST_FRAME);
      const from = start + this.#stack;
      for (let at = from; at < from + end; at++) hash = mixed(hash, words[at] ?? 0);
    }
    return hash === 0 ? 1 : hash;
  }

  /** Where the newest frame of the task starts, counted from 1, and the step it is at. */
  topOf(task: number): number {
    return this.#words[this.#base + task * this.#stride + this.#top] ?? 0;
  }

  /** The step that the frame at `top` is at. */
  pcAt(task: number, top: number): number {
    return this.#words[this.#base + task * this.#stride + this.#stack + top] ?? 0;
  }
}

export function mixed(hash: number, word: number): number {
  const next = Math.imul(hash ^ word, 0x85ebca6b);
  return next ^ (next >>> 15);
}
