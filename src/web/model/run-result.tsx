import type { RecordedRun } from "../../recording/index.ts";
import { runSummary } from "./run-summary.ts";

/** What came of a program: in the order of its file, or of all orders. */
export function RunResult({ run }: { readonly run: RecordedRun }) {
  const { verdict } = run;
  const result = verdict?.run;
  return (
    <section class={`run-result ${verdict?.verdict ?? ""}`}>
      <h2>{sentence(run)}</h2>
      <p class="soft">{runSummary(run)}</p>
      {result !== undefined && (
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
            {result.statements.map(({ line, text, result: seen, expected, ok }) => (
              <tr key={line} class={ok ? undefined : "bad"}>
                <td>{line}</td>
                <td>{text}</td>
                <td>{seenText(seen)}</td>
                <td>{expected}</td>
              </tr>
            ))}
            {result.checks.map(({ line, text, result: seen, ok }) => (
              <tr key={line} class={ok ? undefined : "bad"}>
                <td>{line}</td>
                <td>{text}</td>
                <td>{seen}</td>
                <td>{ok ? "as expected" : "not as expected"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
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
