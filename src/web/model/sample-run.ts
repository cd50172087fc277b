import { type CheckOptions, checkProgram, recordedRun } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import { load } from "../../scenario/index.ts";

const OPTIONS: CheckOptions = {
  ...{ fuse: true, reduceModel: true, symmetry: true },
  watch: { now: () => performance.now() },
  pause: async () => undefined,
  // Enough to find what is looked for, and not to prove that none is shorter.
  limits: { states: 30_000 },
};

/** The event of a dead child is destroyed through the context that lost its task. */
export const OOPS = `arch powerpc-dawr design a
cpus 1
var x 8

P: open e write x inherit
P: fork C
C: store x
C: exit
P: wait C
P: close e
`;

/** Contexts are swapped between trap and step; the event that is freed is still named. */
export const DANGLES = `arch powerpc-dawr design b
cpus 1
var x 8

P: open e write x inherit
P: fork C
P: fork D
barrier
C: store x
C: exit
D: exit
P: wait C
P: wait D
`;

/** The counterexample of a scenario, as a recording has it. For tests. */
export async function sampleRun(file: string, text: string): Promise<RecordedRun> {
  const loaded = load(text);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(`${file} has no such program`);
  const checked = await checkProgram(file, program, OPTIONS);
  const run = recordedRun((recorder) => recorder.checked({ file, text, program }, checked));
  if (run === undefined) throw new Error(`${file} leaves no record`);
  return run;
}
