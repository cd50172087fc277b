import { BugError } from "../base/index.ts";
import type { State } from "./state.ts";

/** How a step ends, other than by naming the next one. */
export const DONE = "DONE"; // the procedure is over; its frame is wiped
export const CALLED = "CALLED"; // another procedure was entered
export const WAIT = "WAIT"; // nothing was done; the same step is tried again when it can go on
export type End = typeof DONE | typeof CALLED | typeof WAIT;

/** A procedure's own registers. `ret` is what the last procedure that it called has returned. */
export type Frame<Register extends string> = { [R in Register | "ret"]: number };

/** One atomic step: nothing else happens in the machine between its first and its last line. */
export type StepBody<K, Register extends string, Label extends string> = (
  kernel: K,
  frame: Frame<Register>,
) => Label | End;

export interface Procedure<Register extends string = string> {
  /** The kernel function whose life this is. */
  readonly fn: string;
  readonly registers: readonly Register[];
  readonly first: number;
  readonly pcOf: ReadonlyMap<string, number>;
  readonly words: number;
  readonly window: FrameWindow;
}

export interface Step<K> {
  readonly pc: number;
  readonly label: string;
  readonly procedure: Procedure;
  // A method, so that steps with different registers fit in one table; each is run with its own.
  body(kernel: K, frame: Frame<string>): string;
}

/** link, pc, ret; then the registers. */
export const FRAME_HEADER = 3;

// Program counters count through all procedures; 0 is none. Modules are loaded in a fixed order, so
// the numbers are the same in every process that runs this version.
const steps: (Step<never> | undefined)[] = [undefined];

/**
 * Declares a procedure as a table from label to step; the first label is where it starts. What is
 * not in one step is not atomic, so the table shows the atomicity.
 */
export function procedure<K, Register extends string, Label extends string>(
  fn: string,
  registers: readonly Register[],
  table: { readonly [L in Label]: StepBody<K, Register, NoInfer<Label>> },
): Procedure<Register> {
  const pcOf = new Map<string, number>();
  const declared = {
    fn,
    registers,
    first: steps.length,
    pcOf,
    words: FRAME_HEADER + registers.length,
    window: frameWindow(registers),
  };
  for (const label in table) {
    pcOf.set(label, steps.length);
    const step: Step<K> = { pc: steps.length, label, procedure: declared, body: table[label] };
    steps.push(step);
  }
  return declared;
}

export function stepAt<K>(pc: number): Step<K> {
  const step: Step<K> | undefined = steps[pc];
  // An assertion would make its text each time, and this is asked for every step.
  if (step === undefined) throw new BugError(`no step at ${pc}`);
  return step;
}

/** Shows the words of one frame under the names of the procedure's registers. */
export interface FrameWindow {
  readonly frame: Frame<string>;
  show(state: State, at: number): void;
}

function frameWindow(registers: readonly string[]): FrameWindow {
  let state: State | undefined;
  let base = 0;
  const frame: Frame<string> = { ret: 0 };
  ["ret", ...registers].forEach((register, index) => {
    const offset = FRAME_HEADER - 1 + index;
    Object.defineProperty(frame, register, {
      get: () => state?.get(base + offset),
      set: (value: number) => state?.set(base + offset, value),
    });
  });
  return {
    frame,
    show(itsState, at) {
      state = itsState;
      base = at;
    },
  };
}
