import { FewerSwitches, taskSwitches } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import { replayableOfRun } from "./model-link.ts";
import { replayedRun } from "./replayed-run.ts";

/** In which order the steps are: as they were found, or with the fewest switches. */
export type Order = "found" | "fewest";

/** What is known of a run that fails the same way with fewer switches. */
export type OtherOrder =
  | { readonly kind: "unasked" }
  | { readonly kind: "looking"; readonly states: number }
  /** `isAll`: everything was explored that could lead to one. */
  | { readonly kind: "none"; readonly isAll: boolean; readonly states: number }
  | {
      readonly kind: "other";
      readonly run: RecordedRun;
      readonly switches: { readonly found: number; readonly fewest: number };
      /** There is none with even fewer. */
      readonly isAll: boolean;
    }
  | { readonly kind: "refused"; readonly why: string };

/** Enough for most, in some seconds, and no more memory than a phone has. */
const MOST_STATES = 250_000;
/** So many states are explored between looks at the clock, and so long before the page has its turn. */
const SLICE = 64;
const SLICE_MS = 12;

export interface Circumstances {
  readonly now: () => number;
  /** Lets the page have its turn; false: nobody wants to know any more. */
  readonly pause: (states: number) => Promise<boolean>;
}

/** Looks for a run with fewer switches; what is found is done again before it is told. */
export async function otherOrder(
  run: RecordedRun,
  { now, pause }: Circumstances,
): Promise<OtherOrder> {
  try {
    const search = new FewerSwitches(replayableOfRun(run));
    let goesOn = true;
    while (goesOn && search.states < MOST_STATES) {
      const end = now() + SLICE_MS;
      while (goesOn && now() < end) goesOn = search.advance(SLICE);
      if (goesOn && !(await pause(search.states))) return { kind: "unasked" };
    }
    return concluded(run, search, !goesOn);
  } catch (error) {
    // A recording of another version may be of another model.
    if (error instanceof Error && error.name === "ReplayError")
      return { kind: "refused", why: error.message };
    throw error;
  }
}

function concluded(run: RecordedRun, search: FewerSwitches, isAll: boolean): OtherOrder {
  const { found, states } = search;
  const again = found && replayedRun(found);
  if (again === undefined) return { kind: "none", isAll, states };
  const fewest = taskSwitches(again.steps);
  const switches = { found: search.switches, fewest };
  return { kind: "other", run: withSearchOf(run, again, fewest), switches, isAll };
}

/** It was found in the same search, as it were. */
function withSearchOf(run: RecordedRun, again: RecordedRun, switches: number): RecordedRun {
  const search = run.verdict?.search;
  const { program, steps, verdict } = again;
  if (verdict === undefined || search?.counterexample === undefined) return again;
  const counterexample = { ...search.counterexample, isShortest: false };
  const its = { ...search, switches, counterexample };
  return {
    program: { ...program, file: run.program.file },
    steps,
    verdict: { ...verdict, search: its },
  };
}
