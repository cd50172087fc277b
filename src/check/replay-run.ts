import { certify, type Failure, replay } from "../explore/index.ts";
import type { Violation } from "../machine/index.ts";
import { DESIGN_NAMES, load, type Program } from "../scenario/index.ts";
import { explorableProgram } from "./explorable-program.ts";
import { missingFixes } from "./model-run.ts";
import type { Replayable } from "./replayable.ts";
import { lostAt, recordTrace, type TraceStep } from "./trace.ts";

/** A run cannot be done again. Its message is one line that says why. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
}

/** A run that was done again, to be looked at step by step. */
export interface Replayed {
  readonly file: string;
  readonly program: Program;
  readonly failure: Failure;
  readonly violation: Violation | undefined;
  readonly steps: readonly TraceStep[];
  /** The step in which that was lost which the last one follows, or -1. */
  readonly lost: number;
}

/** Does the run of a token again. Throws the ReplayError if this model does something else. */
export function replayRun(it: Replayable): Replayed {
  const program = programOf(it);
  const fresh = () => explorableProgram(program, it.file);
  const { failure, made } = replay(fresh(), it.moves);
  if (failure === undefined) throw new ReplayError(differenceText(made, it.moves.length));
  const certified = fresh();
  certify(certified, { ...failure, moves: it.moves, isShortest: false });
  const steps = recordTrace(fresh(), it.moves);
  const { violation } = certified;
  return { file: it.file, program, failure, violation, steps, lost: lostAt(steps, violation) };
}

function differenceText(made: number, all: number): string {
  const where =
    made < all
      ? `step ${made + 1} of ${all} cannot be done`
      : `nothing fails after all ${all} steps`;
  return `replay: ${where}: this trapline's model is not the one that the token is of`;
}

function programOf({ file, text, arch, design, cpus, without }: Replayable): Program {
  const loaded = load(text);
  if (!loaded.ok)
    throw new ReplayError(`replay: ${file} is not understood: ${loaded.error[0]?.message ?? ""}`);
  const wanted = loaded.value.programs.find(
    ({ machine, withoutFixes }) =>
      machine.arch === arch && machine.cpus === cpus && withoutFixes.join() === without.join(),
  );
  const known = DESIGN_NAMES.find((name) => name === design);
  if (wanted === undefined || known !== design)
    throw new ReplayError(`replay: ${file} has no program for ${arch} ${design ?? ""}`.trimEnd());
  const missing = missingFixes(wanted);
  if (missing.length > 0)
    throw new ReplayError(`replay: without fix ${missing.join(", ")}: the model cannot`);
  return known === undefined
    ? wanted
    : { ...wanted, machine: { ...wanted.machine, design: known } };
}
