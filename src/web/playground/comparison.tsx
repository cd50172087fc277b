import { useEffect, useState } from "preact/hooks";
import type { RecordedRun } from "../../recording/index.ts";
import { load } from "../../scenario/index.ts";
import { amount } from "../model/run-summary.ts";
import type { Chapter } from "./chapters.ts";
import type { Checker } from "./checker.ts";
import { textOf } from "./library.ts";
import { headerOf, withHeader } from "./scenario-header.ts";
import type { Draft } from "./workbench.tsx";

export interface ComparisonProps {
  readonly chapter: Chapter;
  readonly checker: Checker;
  /** Puts a scenario on the workbench. */
  readonly show: (draft: Draft) => void;
}

/** The smallest program of the proof of design D. */
const PROOF = "scenarios/proofs/swap.scn";

interface Row {
  readonly design: string;
  readonly run: RecordedRun | undefined;
}

/** One program in all designs, one after another. A line leads to its counterexample. */
export function Comparison({ chapter, checker, show }: ComparisonProps) {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const { compares = [], file, text } = chapter;
  useEffect(() => {
    let isLeft = false;
    const compare = async () => {
      const done: Row[] = [];
      for (const design of compares) {
        await checker.check({ file, text: inDesign(text, design), program: 0 });
        if (isLeft) return;
        done.push({ design, run: checker.run.value });
        setRows([...done]);
      }
    };
    void compare();
    return () => {
      isLeft = true;
    };
  }, [chapter, checker]);
  const prove = () => {
    const draft = { file: PROOF, text: textOf(PROOF), program: 0 };
    show(draft);
    void checker.check(draft);
  };
  return (
    <section class="comparison">
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
      <p class="actions">
        <button type="button" onClick={prove}>
          Check a program of the proof: 2 processors, 3 tasks, 2 registers
        </button>
      </p>
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
