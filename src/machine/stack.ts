import { BugError } from "../base/index.ts";
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

  /** The program counter of the frame that starts at word `frame`. */
  pcAt(frame: number): number {
    return this.#state.get(frame + PC);
  }

  setPcAt(frame: number, pc: number): void {
    this.#state.set(frame + PC, pc);
  }

  push(owner: number, callee: Procedure, args: readonly number[]): void {
    const link = this.#top.get(owner);
    const words = this.#words.at(owner);
    const caller = link === 0 ? 0 : stepAt(this.pcAt(words + link - 1)).procedure.words;
    const top = link === 0 ? 1 : link + caller;
    if (top - 1 + callee.words > this.#size)
      throw new BugError(`no room on the stack for ${callee.fn}()`);
    this.#top.set(owner, top);
    const at = words + top - 1;
    this.#state.set(at + LINK, link);
    this.#state.set(at + PC, callee.first);
    for (let index = 0; index < args.length; index++)
      this.#state.set(at + FRAME_HEADER + index, args[index] ?? 0);
  }

  /** Wipes the newest frame: dead registers must not tell equal states apart. */
  pop(owner: number, ret: number): void {
    const at = this.frameAt(owner);
    const { words } = stepAt(this.pcAt(at)).procedure;
    const link = this.#state.get(at + LINK);
    for (let word = 0; word < words; word++) this.#state.set(at + word, 0);
    this.#top.set(owner, link);
    if (link !== 0) this.#state.set(this.#words.at(owner) + link - 1 + RET, ret);
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
