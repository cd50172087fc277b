import type { Counterexample, Exploration } from "../explore/index.ts";
import type { TraceStep } from "./trace.ts";

type Kept = "verdict" | "states" | "transitions" | "depth" | "seconds" | "method" | "omission";

/** What is shown of a program that was explored, now or when it was recorded. */
export interface CheckView {
  readonly file: string;
  readonly program: {
    readonly machine: {
      readonly arch: string;
      readonly design: string | undefined;
      readonly cpus: number;
    };
    readonly withoutFixes: readonly string[];
  };
  readonly result: Pick<Exploration, Kept | "unreached"> & {
    readonly bounds: readonly string[];
    readonly counterexample: Counterexample | undefined;
  };
  readonly violation:
    | {
        readonly property: string;
        readonly chain: readonly string[];
        readonly object: { readonly record: string; readonly id: number } | undefined;
      }
    | undefined;
  readonly trace: readonly TraceStep[];
  readonly switches: number;
  /** What is wrong already in the order of the file, which is one of the interleavings. */
  readonly inFileOrder: string | undefined;
  /** What came of the runs in which no kernel thread preempts a task, if they were explored first. */
  readonly calm: Pick<Exploration, "verdict" | "states"> | undefined;
}

/** `fail` also if only the order of the file shows what is wrong. */
export function verdictOf({
  result,
  inFileOrder,
}: Pick<CheckView, "result" | "inFileOrder">): Exploration["verdict"] {
  return inFileOrder === undefined ? result.verdict : "fail";
}
