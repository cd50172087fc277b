import type { RecordedRun } from "../../recording/index.ts";
import { canBeReplayed, linkText, replayableOfRun, tokenOf } from "../model/model-link.ts";
import { ModelView } from "../model/model-view.tsx";
import { RunResult } from "../model/run-result.tsx";
import { amount } from "../model/run-summary.ts";
import type { Checker, Work } from "./checker.ts";

export interface ResultProps {
  readonly checker: Checker;
  /** The step that a link names. */
  readonly first: number | undefined;
}

/** What the checker is at, and what came of it. */
export function Result({ checker, first }: ResultProps) {
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
      {run !== undefined && <Shown {...{ run, first }} />}
    </section>
  );
}

function Shown({ run, first }: { readonly run: RecordedRun; readonly first: number | undefined }) {
  const isResult = run.verdict?.run !== undefined || run.steps.length === 0;
  return (
    <>
      {isResult && <RunResult run={run} />}
      {run.steps.length > 0 && (
        <ModelView
          key={`${run.program.file} ${run.program.design} ${run.steps.length}`}
          run={run}
          first={first}
          onStep={(step) => void showLink(run, step)}
          linkOf={canBeReplayed(run) ? (step) => linkOf(run, step) : undefined}
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

async function linkOf(run: RecordedRun, step: number): Promise<string> {
  const token = await tokenOf(replayableOfRun(run));
  return new URL(linkText({ token, step }), location.href).href;
}

/** The address bar follows, without a page more to go back to. */
async function showLink(run: RecordedRun, step: number): Promise<void> {
  if (canBeReplayed(run)) history.replaceState(undefined, "", await linkOf(run, step));
}
