import { nameOf } from "./field-text.ts";
import { breaksAt, type ModelRun } from "./model-run.ts";

/** What a property's name means, for who reads it for the first time. */
const MEANINGS: Readonly<Record<string, string>> = {
  "use-after-free": "it follows a pointer to memory that was freed",
  "tombstone-deref": "it follows TASK_TOMBSTONE, which stands for a task that is no more",
  "null-deref": "it follows a NULL pointer",
  "double-free": "it frees what was freed before",
  "leaked-slot": "a slot stays taken with no event in it",
  "leaked-event": "an event outlives everybody who could use it",
  "leaked-task": "a task is dead, and its memory is never given back",
  overcommit: "more breakpoints are let in than there are registers",
  accounting: "the slots that are counted are not those that are in use",
  inconsistent: "what is said of one thing in two places is not the same",
  "broken-promise": "a kernel function has not done what it was called for",
  "missed-hit": "an access that is watched is not counted",
  "double-hit": "one access is counted twice",
  "stray-hit": "a hit is counted that was none",
  "missed-signal": "a signal that is owed never comes",
  "unexplained-sigtrap": "a task gets a SIGTRAP that nobody asked for",
  "stale-register": "a register watches what no event asks for",
  "out-of-bounds": "it reads or writes beyond the end of an array",
  "endless-trap": "an instruction traps again and again",
  "wrong-privilege": "an address is watched that was refused",
  deadlock: "tasks wait for each other for ever",
  hang: "a task never comes to its end",
  "sleep-in-atomic": "it may sleep where it must not",
  warning: "the kernel warns",
  expectation: "it does not end as the scenario expects",
};

export interface Headline {
  readonly title: string;
  readonly meaning: string | undefined;
  /** Innermost first. */
  readonly chain: readonly string[];
  readonly where: string;
}

/** What went wrong, in the kernel's words; undefined if nothing did. */
export function headlineOf(model: ModelRun): Headline | undefined {
  const { run } = model;
  const violation = run.verdict?.violation;
  if (violation === undefined) return undefined;
  const { property, message } = violation;
  const chain = violation.chain.toReversed();
  const last = run.steps.at(-1);
  const place = chain[0] ?? (last === undefined || last.fn === "user" ? undefined : last.fn);
  const who =
    last === undefined ? "" : `CPU${last.cpu}, task ${last.task}, step ${run.steps.length}`;
  const by = place === undefined ? "" : ` in ${place}()`;
  return {
    title: `BUG: ${property}${by}: ${message}${culpritOf(model)}`,
    meaning: MEANINGS[property],
    chain,
    where: who,
  };
}

/** Through which pointer, where that is known: `, by ctx 3->task`. */
function culpritOf(model: ModelRun): string {
  const { history, run, failing } = model;
  const used = breaksAt(model, failing).filter(({ used: step }) => step !== undefined);
  const names = used.map(({ reference: { from, field } }) => {
    return `${nameOf(history, run.program.actors, from)}->${field}`;
  });
  return names.length === 0 ? "" : `, by ${names.join(" and ")}`;
}
