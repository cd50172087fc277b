import {
  type CfiRow,
  DWARF_REGISTERS,
  RA,
  RBP,
  type RegisterRule,
  RSP,
  type SavedRegister,
} from "./cfi-row.ts";
import { evaluate, type FrameView } from "./expression.ts";

/**
 * How to unwind at an address: by a row, or by the frame pointer where no table speaks of the code;
 * `undefined` where there is no code.
 */
export type Step = CfiRow | "frame-pointer" | undefined;

/** The tables of one process. Answers are cached by whoever gives them. */
export interface StepSource {
  /** `exact`: the address is where the program goes on; else it is behind the call that it meant. */
  stepAt(address: number, exact: boolean): Step;
}

/** The part of a stack that was sampled. */
export interface StackPart {
  /** The 8 bytes at an address, as a double; NaN where they were not sampled. */
  word(address: number): number;
}

/** Why a stack ends before its end. */
export type Cut =
  /** The sampled part was too small. */
  | "stack"
  /** Code without unwind tables that keeps no frame pointer, or that is not known. */
  | "no-rule"
  /** It is deeper than is looked at. */
  | "depth";

const MAX_DEPTH = 256;
const WORD = 8;

/**
 * Finds the callers of a sampled program: on numbers alone, without memory of its own, for it is done
 * at each hit. Addresses are doubles, which are exact for user space; registers that hold something
 * larger lose their lowest bits, but then they are no address of a stack.
 */
export class Unwinder {
  /** The callers, innermost first: return addresses. */
  readonly addresses = new Float64Array(MAX_DEPTH);
  count = 0;
  cut: Cut | undefined;
  /** Where on the stack the return address is at which the sample ended; NaN if none was wanted. */
  missing = Number.NaN;
  /** To be filled in before `unwind`: by DWARF numbers, the instruction pointer as RA. */
  registers = new Float64Array(DWARF_REGISTERS);
  #next = new Float64Array(DWARF_REGISTERS);
  #cfa = 0;

  /** Leaves the callers of the registers' frame in `addresses`, and in `cut` whether they are all. */
  unwind(steps: StepSource, stack: StackPart, depth = MAX_DEPTH): void {
    this.count = 0;
    this.cut = undefined;
    this.missing = Number.NaN;
    let exact = true;
    while (this.count < Math.min(depth, MAX_DEPTH)) {
      const pc = this.#register(RA);
      const step = steps.stepAt(pc, exact);
      if (step === undefined && this.count > 0) this.count -= 1; // no code: it was no return address
      if (step === undefined) {
        this.cut = "no-rule";
        return;
      }
      const done =
        step === "frame-pointer" ? this.#byFramePointer(stack) : this.#byRow(step, stack);
      if (done !== "caller") {
        this.cut = done === "end" ? undefined : done;
        return;
      }
      exact = step !== "frame-pointer" && step.signal;
      this.addresses[this.count] = this.#register(RA);
      this.count += 1;
    }
    this.cut = "depth";
  }

  #byRow(row: CfiRow, stack: StackPart): "caller" | "end" | Cut {
    const { cfa } = row;
    const top = this.#register(RSP);
    this.#cfa =
      cfa.kind === "register"
        ? this.#register(cfa.register) + cfa.offset
        : Number(evaluate(cfa.ops, this.#view(stack)) ?? Number.NaN);
    // A stack grows down, so that callers are above; anything else would go round in circles.
    if (!(this.#cfa > top)) return "no-rule";
    if (row.others.length === 0) return this.#restore(row.saved, stack);
    this.#next.set(this.registers);
    this.#next[RSP] = this.#cfa;
    this.#next[RA] = Number.NaN;
    for (const { register, offset } of row.saved) {
      if (register === RA) this.missing = this.#cfa + offset;
      this.#next[register] = stack.word(this.#cfa + offset);
    }
    for (const it of row.others) {
      if (it.register === RA && it.kind === "undefined") return "end";
      this.#next[it.register] = this.#valueOf(it, stack);
    }
    [this.registers, this.#next] = [this.#next, this.registers];
    return this.#arrived();
  }

  /** What all but a few rows say: the caller's registers are in the frame, or as they are. */
  #restore(saved: readonly SavedRegister[], stack: StackPart): "caller" | "end" | Cut {
    const { registers } = this;
    registers[RSP] = this.#cfa;
    registers[RA] = Number.NaN;
    for (let i = 0; i < saved.length; i += 1) {
      const it = saved[i];
      if (it === undefined) continue;
      registers[it.register] = stack.word(this.#cfa + it.offset);
      if (it.register === RA) this.missing = this.#cfa + it.offset;
    }
    return this.#arrived();
  }

  /** `push rbp; mov rbp, rsp` leaves the caller's rbp and the return address where rbp points. */
  #byFramePointer(stack: StackPart): "caller" | "end" | Cut {
    const frame = this.#register(RBP);
    const top = this.#register(RSP);
    if (!(frame >= top) || frame % WORD !== 0) return frame === 0 ? "end" : "no-rule";
    this.registers.fill(Number.NaN);
    this.registers[RBP] = stack.word(frame);
    this.registers[RA] = stack.word(frame + WORD);
    this.registers[RSP] = frame + 2 * WORD;
    this.missing = frame + WORD;
    return this.#arrived();
  }

  /** A return address of 0 is how the first frame of a thread is marked. */
  #arrived(): "caller" | "end" | Cut {
    const caller = this.#register(RA);
    if (caller === 0) return "end";
    return Number.isNaN(caller) ? "stack" : "caller";
  }

  #valueOf(rule: RegisterRule, stack: StackPart): number {
    switch (rule.kind) {
      case "undefined":
        return Number.NaN;
      case "register":
        return this.#register(rule.from);
      case "expression": {
        const cfa = BigInt(this.#cfa);
        const value = Number(evaluate(rule.ops, this.#view(stack), cfa) ?? Number.NaN);
        return rule.isValue ? value : stack.word(value);
      }
    }
  }

  #register(number: number): number {
    return this.registers[number] ?? Number.NaN;
  }

  /** Only for expressions, which are rare. */
  #view(stack: StackPart): FrameView {
    const integer = (value: number) => (Number.isNaN(value) ? undefined : BigInt(value));
    return {
      register: (number) => integer(this.#register(number)),
      word: (address) => integer(stack.word(Number(address))),
    };
  }
}
