import {
  type CheckOptions,
  checkProgram,
  explorableProgram,
  recordedRun,
} from "../../check/index.ts";
import { type Model, type Move, type Random, randomWords, STEP } from "../../explore/index.ts";
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

/** Both go for the slots and the context of P. */
const TWO_OPEN = `arch x86
cpus 2
var x 8

P: fork C
barrier
P: open e write x
P: close e
C: open f write x target P
C: close f
`;

/** Any run in which a task waits for a lock, drawn at random. For tests. */
export function waitingRun(): RecordedRun {
  const loaded = load(TWO_OPEN);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("there is no such program");
  const traced = { file: "two-open.scn", text: TWO_OPEN, program };
  const fresh = () => explorableProgram(program, "two-open.scn");
  for (let seed = 1; seed <= 50; seed++) {
    const moves = movesOf(fresh(), randomWords([seed, 0, 0, 0]));
    const counterexample = { property: "none", what: "", moves, isShortest: false };
    const failure = { violation: undefined, counterexample };
    const run = recordedRun((recorder) =>
      recorder.explored(traced, { failure, model: fresh() }, { verdict: "ok" }),
    );
    if (run?.steps.some(({ waits }) => waits !== undefined) === true) return run;
  }
  throw new Error("nobody waits");
}

function movesOf(model: Model, random: Random): readonly Move[] {
  const moves: Move[] = [];
  const actions = new Int32Array(model.mostActions);
  for (let count = model.actions(actions); count > 0 && moves.length < 2000; ) {
    const action = actions[(random() >>> 8) % count] ?? 0;
    if (model.perform(action, 0) === STEP.done) moves.push({ action, choice: 0 });
    count = model.actions(actions);
  }
  return moves;
}
