import type { RecordedProvoked, RecordedRun, RecordedRunResult } from "../../recording/index.ts";
import { runSummary } from "./run-summary.ts";

/** What came of a program: in the order of its file, or of all orders. */
export function RunResult({ run }: { readonly run: RecordedRun }) {
  const { verdict } = run;
  const result = verdict?.run;
  const provoked = verdict?.provoked;
  const table = result !== undefined && <ResultTable result={result} />;
  return (
    <section class={`run-result ${verdict?.verdict ?? ""}`}>
      <h2>{sentence(run)}</h2>
      <p class="soft">{runSummary(run)}</p>
      {provoked !== undefined && <ProvokedTable provoked={provoked} />}
      {run.steps.length === 0 ? (
        table
      ) : (
        <details>
          <summary>What each line led to</summary>
          {table}
        </details>
      )}
    </section>
  );
}

/** How often each outcome of a race came, the most frequent first. */
function ProvokedTable({ provoked }: { readonly provoked: RecordedProvoked }) {
  const { outcomes, complaints, broken } = provoked;
  return (
    <>
      {broken !== undefined && <p class="bad">Ended before its time: {broken}</p>}
      {complaints.map(({ seed, log }) => (
        <pre key={seed}>{[`The kernel complains, seed ${seed}:`, ...log].join("\n")}</pre>
      ))}
      <table>
        <caption class="aside">What the tries came to</caption>
        <thead>
          <tr>
            <th scope="col">tries</th>
            <th scope="col">first seed</th>
            <th scope="col">as expected</th>
            <th scope="col">what was seen</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map(({ count, firstSeed, ok, hung, unexplained, lines }) => (
            <tr key={firstSeed} class={ok ? undefined : "bad"}>
              <td>{count}</td>
              <td>{firstSeed}</td>
              <td>{ok ? "yes" : "no"}</td>
              <td>
                {[
                  ...(hung ? ["it hangs"] : []),
                  ...unexplained.map((task) => `${task} dies of a signal that nobody sent`),
                  ...lines.filter((line) => !line.ok).map(({ text, seen }) => `${text}: ${seen}`),
                ].join("; ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function ResultTable({ result }: { readonly result: RecordedRunResult }) {
  const { statements, checks } = result;
  return (
    <table>
      <caption class="aside">What each line led to</caption>
      <thead>
        <tr>
          <th scope="col">line</th>
          <th scope="col">statement</th>
          <th scope="col">result</th>
          <th scope="col">expected</th>
        </tr>
      </thead>
      <tbody>
        {statements.map(({ line, text, result: seen, expected, ok }, index) => (
          <tr key={`statement ${index}`} class={ok ? undefined : "bad"}>
            <td>{line}</td>
            <td>{text}</td>
            <td>{seenText(seen)}</td>
            <td>{expected}</td>
          </tr>
        ))}
        {checks.map(({ line, text, result: seen, ok }, index) => (
          <tr key={`check ${index}`} class={ok ? undefined : "bad"}>
            <td>{line}</td>
            <td>{text}</td>
            <td>{seen}</td>
            <td>{ok ? "as expected" : "not as expected"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function seenText(seen: unknown): string {
  return typeof seen === "string" ? seen : JSON.stringify(seen);
}

/** The verdict as a sentence. It never says more than what was looked at. */
function sentence({ verdict, program }: RecordedRun): string {
  if (verdict === undefined) return "The recording ends before the verdict";
  if (verdict.notApplicable !== undefined)
    return `Not for ${program.target}: ${verdict.notApplicable}`;
  const { search, run, provoked, violation } = verdict;
  if (violation !== undefined) return `BUG: ${violation.property}: ${violation.message}`;
  if (search !== undefined && verdict.verdict === "ok") return "No failure in any interleaving";
  if (search !== undefined && verdict.verdict === "bounded")
    return "No failure in what was explored, which is not all";
  if (search?.inFileOrder !== undefined) return `In the order of the file: ${search.inFileOrder}`;
  if (search !== undefined && search.unreached.length > 0)
    return `Nothing fails, but never reached: ${search.unreached.join("; ")}`;
  if (run !== undefined) return verdict.verdict === "ok" ? "All as expected" : "Not as expected";
  if (provoked !== undefined) return `${provoked.tries} tries on ${program.target}`;
  return verdict.verdict;
}
