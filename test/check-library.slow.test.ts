import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { explorableProgram, missingFixes } from "../src/check/index.ts";
import { type Exploration, type ExploreOptions, explore } from "../src/explore/index.ts";
import { load, type Program } from "../src/scenario/index.ts";

/** What is larger is left to `trapline check`, which takes its time. */
const MOST_STATES = 1000;

const files = globSync("scenarios/{bugs,conformance}/*.scn").sort();

function programsOf(file: string): readonly Program[] {
  const loaded = load(readFileSync(file, "utf8"));
  if (!loaded.ok) throw new Error(`${file}: ${loaded.error[0]?.message}`);
  return loaded.value.programs.filter((program) => missingFixes(program).length === 0);
}

interface Explored {
  readonly result: Exploration;
  readonly ends: ReadonlySet<string>;
}

/** Explores a program, and notes in which states nothing could happen any more. */
function explored(program: Program, options: ExploreOptions): Explored {
  const model = explorableProgram(program, "it");
  const ends = new Set<string>();
  const { memory } = model;
  const atEnd = model.atEnd.bind(model);
  model.atEnd = () => {
    ends.add(`${memory.hashLow} ${memory.hashHigh}`);
    return atEnd();
  };
  return { result: explore(model, { limits: { states: MOST_STATES }, ...options }), ends };
}

function line(file: string, program: Program, { result }: Explored): string {
  const { arch, design, cpus } = program.machine;
  const { verdict, states, transitions, depth, counterexample, unreached } = result;
  const name = `${file.replace("scenarios/", "")} ${arch} ${design ?? "-"} ${cpus}`;
  if (verdict === "bounded") return `${name}: more than ${MOST_STATES} states`;
  const found = counterexample?.property ?? (verdict === "ok" ? "ok" : `never ${unreached}`);
  return `${name}: ${found}, ${states} states, ${transitions} transitions, depth ${depth}`;
}

describe("scenarios that are small enough", () => {
  const lines: string[] = [];
  let compared = 0;

  test.each(files)(
    "%s: with and without the states in which nothing is chosen, all ends alike",
    (file) => {
      for (const program of programsOf(file)) {
        const fused = explored(program, { fuse: true });
        lines.push(line(file, program, fused));
        if (fused.result.verdict === "bounded") continue;
        const full = explored(program, { limits: { states: 8 * MOST_STATES } });
        if (full.result.verdict === "bounded") continue;
        compared++;
        expect(fused.result.verdict).toBe(full.result.verdict);
        // Where something fails each search stops at the first failure that it meets.
        if (full.result.counterexample === undefined) expect(fused.ends).toEqual(full.ends);
        expect(fused.result.counterexample === undefined).toBe(
          full.result.counterexample === undefined,
        );
      }
    },
  );

  test("there were many of them", () => {
    expect(compared).toBeGreaterThan(50);
  });

  test("each has as many states as before", async () => {
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("snapshots/check-library.txt");
  });
});
