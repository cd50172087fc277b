import {
  type Checked,
  type CheckOptions,
  checkProgram,
  missingFixes,
  type Replayable,
  recordedRun,
  runOnModel,
  runView,
  type TracedProgram,
} from "../../check/index.ts";
import type { Watch } from "../../explore/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import { load } from "../../scenario/index.ts";
import { replayedRun } from "../model/replayed-run.ts";
import type { Job } from "./messages.ts";

/** Of the states of one search: a tab has not much more, and a phone less. */
const MOST_BYTES = 2 ** 29;

/** What is asked for cannot be done. Its message is for whoever asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export interface Circumstances {
  readonly watch: Watch & { readonly now: () => number };
  readonly pause: () => Promise<void>;
  /** Told of a failure before a shorter way to it is looked for. */
  readonly onFound: (run: RecordedRun) => void;
}

/** Explores a program as `trapline check` does, on one thread and with a hash of each state. */
export async function check(job: Job, { onFound, ...how }: Circumstances): Promise<RecordedRun> {
  const traced = tracedOf(job);
  const options: CheckOptions = {
    ...how,
    ...{ store: "fingerprint", fuse: true, reduceModel: true, symmetry: true },
    limits: { bytes: MOST_BYTES },
    onFound: (found) => onFound(recorded(traced, found)),
  };
  return recorded(traced, await checkProgram(job.file, traced.program, options));
}

function recorded(traced: TracedProgram, checked: Checked): RecordedRun {
  return whole(recordedRun((recorder) => recorder.checked(traced, checked)));
}

/** Runs a program line by line. */
export function runLines(job: Job): RecordedRun {
  const traced = tracedOf(job);
  return whole(
    recordedRun((recorder) => {
      recorder.begin(traced, "model");
      const report = runOnModel(traced.program, {
        onStep: (done, kernel) => recorder.step(done, kernel),
      });
      recorder.ran(runView("model", report));
    }),
  );
}

/** Does the run of a link again. Throws the ReplayError. */
export function replay(run: Replayable): RecordedRun {
  return whole(replayedRun(run));
}

/** The program of a job. Throws the Refusal. */
function tracedOf({ file, text, program: index }: Job): TracedProgram {
  const loaded = load(text);
  if (!loaded.ok) throw new Refusal("the scenario is not understood: see the marked lines");
  const program = loaded.value.programs[index];
  if (program === undefined) throw new Refusal("the scenario has no such machine");
  const missing = missingFixes(program);
  if (missing.length > 0)
    throw new Refusal(`without fix ${missing.join(", ")}: the model cannot switch it off`);
  return { file, text, program };
}

function whole(run: RecordedRun | undefined): RecordedRun {
  if (run === undefined) throw new Refusal("nothing was recorded");
  return run;
}
