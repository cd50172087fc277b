import type { RecordedRun } from "../../recording/index.ts";
import { canBeReplayed } from "../model/model-link.ts";
import { ModelView } from "../model/model-view.tsx";
import type { Order } from "../model/other-order.ts";
import { RunResult } from "../model/run-result.tsx";
import { amount } from "../model/run-summary.ts";
import { linkOf, showLink } from "../model/shown-link.ts";
import type { Checker, Work } from "./checker.ts";

export interface ResultProps {
  readonly checker: Checker;
  /** The step that a link names. */
  readonly first: number | undefined;
  readonly wanted: Order | undefined;
}

/** What the checker is at, and what came of it. */
export function Result({ checker, first, wanted }: ResultProps) {
  const work = checker.work.value;
  const run = checker.run.value;
  const took = checker.took.value;
  return (
    <section class="result" aria-label="Result">
      <p class="work" role="status">
        {workText(work, run, took)}
      </p>
      {work.kind === "refused" && (
        <p class="refused" role="alert">
          {work.why}
        </p>
      )}
      {run !== undefined && <Shown {...{ run, first, wanted }} />}
    </section>
  );
}

function Shown({ run, first, wanted }: Omit<ResultProps, "checker"> & { run: RecordedRun }) {
  const isResult = run.verdict?.run !== undefined || run.steps.length === 0;
  return (
    <>
      {isResult && <RunResult run={run} />}
      {run.steps.length > 0 && (
        <ModelView
          key={`${run.program.file} ${run.program.design} ${run.steps.length}`}
          run={run}
          first={first}
          wanted={wanted}
          onStep={(step, order) => void showLink(run, step, order)}
          linkOf={canBeReplayed(run) ? (step, order) => linkOf(run, step, order) : undefined}
        />
      )}
    </>
  );
}

function workText(work: Work, run: RecordedRun | undefined, took: number | undefined): string {
  const found = took === undefined ? "" : ` after ${(took / 1000).toFixed(2)} s`;
  if (work.kind === "busy") {
    const { count } = work;
    const size =
      count === undefined
        ? ""
        : `: ${amount(count.states, "state")}, ${Math.round(count.statesPerSecond).toLocaleString("en")} a second, depth ${count.depth}, ${count.queue.toLocaleString("en")} waiting`;
    if (run !== undefined)
      return `A failure was found${found}. A shorter way to it is looked for …`;
    return `${DOING[work.doing]}${size} …`;
  }
  if (run === undefined) return "";
  if (run.verdict?.violation !== undefined) return `A failure was found${found}.`;
  return `Done${found}.`;
}

const DOING = {
  check: "Exploring every order",
  run: "Running line by line",
  replay: "Doing the run of the link again",
  stop: "Stopping",
} as const;
