import { explorableProgram, type Replayable, recordedRun, replayRun } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";

/** A run that was done again step by step, as a recording would have it. Throws the ReplayError. */
export function replayedRun(run: Replayable): RecordedRun | undefined {
  const { program, failure, violation } = replayRun(run);
  const counterexample = { ...failure, moves: run.moves, isShortest: false };
  const traced = { file: run.file, text: run.text, program };
  const model = explorableProgram(program, run.file);
  return recordedRun((recorder) =>
    recorder.explored(
      traced,
      { failure: { violation, counterexample }, model },
      {
        verdict: "fail",
      },
    ),
  );
}
