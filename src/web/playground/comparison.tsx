import { useState } from "preact/hooks";
import type { RecordedRun } from "../../recording/index.ts";
import { load } from "../../scenario/index.ts";
import { amount } from "../model/run-summary.ts";
import type { Chapter } from "./chapters.ts";
import type { Checker } from "./checker.ts";
import { headerOf, withHeader } from "./scenario-header.ts";

export interface ComparisonProps {
  readonly chapter: Chapter;
  readonly checker: Checker;
}

interface Row {
  readonly design: string;
  readonly run: RecordedRun | undefined;
}

/** One program in all designs, one after another. A line leads to its counterexample. */
export function Comparison({ chapter, checker }: ComparisonProps) {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const { compares = [], file, text } = chapter;
  const compare = async () => {
    const done: Row[] = [];
    for (const design of compares) {
      await checker.check({ file, text: inDesign(text, design), program: 0 });
      done.push({ design, run: checker.run.value });
      setRows([...done]);
    }
  };
  return (
    <section class="comparison">
      <button type="button" onClick={compare}>
        check it in designs {compares.join(", ")}
      </button>
      {rows.length > 0 && (
        <table>
          <caption class="aside">The same program in each design</caption>
          <thead>
            <tr>
              <th scope="col">design</th>
              <th scope="col">verdict</th>
              <th scope="col">in how much</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ design, run }) => (
              <tr key={design} class={run?.verdict?.verdict}>
                <th scope="row">{design}</th>
                <td>{verdictText(run)}</td>
                <td>{sizeText(run)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function inDesign(text: string, design: string): string {
  const loaded = load(text);
  const [program] = loaded.ok ? loaded.value.programs : [];
  return program === undefined ? text : withHeader(text, { ...headerOf(program), design });
}

function verdictText(run: RecordedRun | undefined): string {
  const { verdict, violation, steps = 0 } = run?.verdict ?? {};
  if (violation !== undefined) return `${violation.property} in ${amount(steps, "step")}`;
  return verdict === "ok" ? "no failure in any interleaving" : "not explored to the end";
}

function sizeText(run: RecordedRun | undefined): string {
  const search = run?.verdict?.search;
  if (search === undefined) return "";
  const omission =
    search.omission === 0 ? "" : `, omission below ${search.omission.toExponential(0)}`;
  return `${amount(search.states, "state")}, ${search.seconds.toFixed(2)} s${omission}`;
}
