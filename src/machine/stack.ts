import { assert } from "../base/index.ts";
import type { Field } from "./field.ts";
import { FRAME_HEADER, type Procedure, stepAt } from "./procedure.ts";
import type { State } from "./state.ts";

const LINK = 0;
const PC = 1;
const RET = 2;

/** The frames of every task, or of every processor. They lie in the owner's record, oldest first. */
export class Stacks {
  readonly #state: State;
  readonly #top: Field;
  readonly #words: Field;
  readonly #size: number;

  /** `top` holds the place of the newest frame, counted from 1; 0 means that there is none. */
  constructor(state: State, fields: { top: Field; words: Field; size: number }) {
    this.#state = state;
    this.#top = fields.top;
    this.#words = fields.words;
    this.#size = fields.size;
  }

  isEmpty(owner: number): boolean {
    return this.#top.get(owner) === 0;
  }

  /** The word where the newest frame starts. */
  frameAt(owner: number): number {
    return this.#words.at(owner) + this.#top.get(owner) - 1;
  }

  pc(owner: number): number {
    return this.isEmpty(owner) ? 0 : this.#state.get(this.frameAt(owner) + PC);
  }

  setPc(owner: number, pc: number): void {
    this.#state.set(this.frameAt(owner) + PC, pc);
  }

  push(owner: number, callee: Procedure, args: readonly number[]): void {
    const link = this.#top.get(owner);
    const top = link === 0 ? 1 : link + stepAt(this.pc(owner)).procedure.words;
    assert(top - 1 + callee.words <= this.#size, `no room on the stack for ${callee.fn}()`);
    this.#top.set(owner, top);
    const at = this.frameAt(owner);
    this.#state.set(at + LINK, link);
    this.#state.set(at + PC, callee.first);
    for (let index = 0; index < args.length; index++)
      this.#state.set(at + FRAME_HEADER + index, args[index] ?? 0);
  }

  /** Wipes the newest frame: dead registers must not tell equal states apart. */
  pop(owner: number, ret: number): void {
    const { words } = stepAt(this.pc(owner)).procedure;
    const at = this.frameAt(owner);
    const link = this.#state.get(at + LINK);
    for (let word = 0; word < words; word++) this.#state.set(at + word, 0);
    this.#top.set(owner, link);
    if (link !== 0) this.#state.set(this.frameAt(owner) + RET, ret);
  }

  /** The kernel functions that are on the stack, outermost first. */
  functions(owner: number): string[] {
    const names: string[] = [];
    const words = this.#words.at(owner);
    for (let top = this.#top.get(owner); top !== 0; top = this.#state.peek(words + top - 1 + LINK))
      names.unshift(stepAt(this.#state.peek(words + top - 1 + PC)).procedure.fn);
    return names;
  }
}
