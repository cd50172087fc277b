import type { RecordedRun, RecordedStep } from "../recording/index.ts";
import { TraceRecorder } from "./recorded-check.ts";

/** What a recorder is told of one program, as a recording would have it. */
export function recordedRun(tell: (recorder: TraceRecorder) => void): RecordedRun | undefined {
  const steps: RecordedStep[] = [];
  let run: RecordedRun | undefined;
  const recorder = new TraceRecorder({
    program: (program) => {
      run = { program, steps, verdict: undefined };
    },
    step: (step) => steps.push(step),
    verdict: (verdict) => {
      run = run && { ...run, verdict };
    },
  });
  tell(recorder);
  return run;
}
