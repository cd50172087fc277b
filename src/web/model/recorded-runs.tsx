import { useEffect, useState } from "preact/hooks";
import type { Replayable } from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import {
  canBeReplayed,
  type ModelLink,
  parseLink,
  replayableOfRun,
  runOfToken,
} from "./model-link.ts";
import { ModelView } from "./model-view.tsx";
import { RunResult } from "./run-result.tsx";
import { machineText } from "./run-summary.ts";
import { linkOf, showLink } from "./shown-link.ts";

/** The runs of a recording: one is looked at, the others can be chosen. */
export function RecordedRuns({ runs }: { readonly runs: readonly RecordedRun[] }) {
  const [at, choose] = useState(firstWorth(runs));
  const [{ step, order }, setPlace] = useState<Place>({});
  useEffect(() => {
    const link = parseLink(location.hash);
    if (link === undefined) return;
    void indexOfToken(runs, link.token).then((index) => {
      if (index === undefined) return;
      choose(index);
      setPlace(link);
    });
  }, [runs]);
  const run = runs[at];
  if (run === undefined) return null;
  return (
    <main class="runs">
      <h1 class="aside">Runs of the model</h1>
      {runs.length > 1 && (
        <label class="run-choice">
          Run{" "}
          <select
            value={at}
            onChange={(event) => {
              choose(Number(event.currentTarget.value));
              setPlace({});
            }}
          >
            {runs.map(({ program, verdict }, index) => (
              <option key={`${program.file} ${index}`} value={index}>
                {verdict?.verdict ?? "?"}: {program.file}, {machineText(program)}
                {program.target === "model" ? "" : `, on ${program.target}`}
              </option>
            ))}
          </select>
        </label>
      )}
      {(run.verdict?.run !== undefined || run.steps.length === 0) && <RunResult run={run} />}
      {run.steps.length > 0 && (
        <ModelView
          key={`${at} ${step} ${order}`}
          run={run}
          first={step}
          wanted={order}
          onStep={(to, its) => void showLink(run, to, its)}
          linkOf={canBeReplayed(run) ? (to, its) => linkOf(run, to, its) : undefined}
        />
      )}
    </main>
  );
}

/** What of a run is looked at, if a link says so. */
type Place = Partial<Pick<ModelLink, "step" | "order">>;

/** The first that has something to step through. */
function firstWorth(runs: readonly RecordedRun[]): number {
  const failing = runs.findIndex(
    ({ verdict, steps }) => steps.length > 0 && verdict?.verdict === "fail",
  );
  return failing >= 0
    ? failing
    : Math.max(
        0,
        runs.findIndex(({ steps }) => steps.length > 0),
      );
}

async function indexOfToken(
  runs: readonly RecordedRun[],
  token: string,
): Promise<number | undefined> {
  const wanted = await runOfToken(token).catch(() => undefined);
  if (wanted === undefined) return undefined;
  const index = runs.findIndex(
    (run) => canBeReplayed(run) && sameness(replayableOfRun(run)) === sameness(wanted),
  );
  return index < 0 ? undefined : index;
}

/** The same for the same run, wherever its file was. */
function sameness({ text, arch, design, cpus, without, moves }: Replayable): string {
  return JSON.stringify([text, arch, design ?? "", cpus, without, moves]);
}
