import { type CheckView, taskSwitches } from "../check/index.ts";
import type {
  RecordedFinding,
  RecordedProgram,
  RecordedRun,
  RecordedSearch,
  RecordedStep,
} from "../recording/index.ts";
import type { FindingView } from "./explore-view.ts";

/** A recorded check as the check itself was shown. */
export function checkView(
  { program, steps, verdict }: RecordedRun,
  search: RecordedSearch,
): CheckView {
  const { counterexample, switches, inFileOrder, calm, ...result } = search;
  const violation = verdict?.violation;
  return {
    file: program.file,
    program: { machine: machineOf(program), withoutFixes: program.without },
    result: {
      ...result,
      counterexample: counterexample && {
        ...counterexample,
        moves: counterexample.moves.map(([action = 0, choice = 0]) => ({ action, choice })),
      },
    },
    violation: violation && { ...violation, object: violation.object },
    trace: steps.map(traceOf),
    ...{ switches, inFileOrder, calm },
  };
}

export function machineOf({ arch, design, cpus }: RecordedProgram) {
  return { arch, design, cpus };
}

/** A step without what only the recording has. */
export function traceOf({ cpu, task, fn, label, slots, locks, stepping, lost }: RecordedStep) {
  return { cpu, task, fn, label, slots, locks, stepping, lost };
}

/** A recorded finding as the exploration showed it. */
export function findingView(
  { program, steps, verdict }: RecordedRun,
  { number, symptom, length }: RecordedFinding,
): FindingView {
  const { property = "?", message = "?" } = verdict?.violation ?? {};
  const moves = steps.map(({ action = 0, choice = 0 }) => ({ action, choice }));
  const trace = steps.map(traceOf);
  const violation = verdict?.violation;
  return {
    ...{ number, symptom, length, scenario: program.scenario, trace },
    program: { machine: machineOf(program), withoutFixes: program.without },
    counterexample: { property, what: message, moves, isShortest: false },
    violation: violation && { ...violation, object: violation.object },
    switches: taskSwitches(trace),
  };
}
