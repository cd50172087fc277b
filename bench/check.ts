import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { peterson } from "../examples/explore/peterson.ts";
import {
  type Exploration,
  type ExploreOptions,
  explore,
  type Model,
} from "../src/explore/index.ts";
import { kernelK } from "./models/k.ts";

/**
 * How fast the explorer is beside SPIN (`apt install spin gcc`): the same graphs, one core, no
 * reduction on either side, in turns, and the counts must agree. Seconds are the best of three.
 *
 *     npm run bench:check
 */
interface Case {
  readonly name: string;
  readonly promela: string;
  readonly defines: readonly string[];
  readonly model: () => Model;
}

const ROUNDS = 3;
const CASES: readonly Case[] = [
  {
    name: "Peterson 4",
    promela: "peterson.pml",
    defines: ["-DN=4"],
    model: () => peterson(4),
  },
  {
    name: "K 3 tasks, 2 CPUs",
    promela: "k.pml",
    defines: ["-DNT=3", "-DNC=2"],
    model: () => kernelK(3, 2),
  },
  {
    name: "K, 384 bytes",
    promela: "k.pml",
    defines: ["-DNT=3", "-DNC=2", "-DPAD=355"],
    model: () => kernelK(3, 2, { recordBytes: 64 }),
  },
];

const WAYS: readonly { readonly name: string; readonly options: ExploreOptions }[] = [
  { name: "fingerprints, depth first", options: { order: "depth", store: "fingerprint" } },
  { name: "exact, breadth first, parents", options: {} },
];

interface Measured {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

/** Builds SPIN's verifier for a model, with nothing left out of the graph. */
function buildPan(directory: string, { promela, defines }: Case): string {
  const source = resolve(import.meta.dirname, "promela", promela);
  const quiet = { cwd: directory, stdio: "ignore" } as const;
  execFileSync("spin", [...defines, "-a", "-o1", "-o2", "-o3", source], quiet);
  const flags = ["-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"];
  execFileSync("gcc", flags, quiet);
  return join(directory, "pan");
}

function runPan(pan: string): Measured {
  const text = execFileSync(pan, ["-E", "-n", "-m1000000", "-w24"], { encoding: "utf8" });
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  return {
    states: number(/(\d+) states, stored/),
    transitions: number(/(\d+) transitions/) - 1, // SPIN counts the way into the first state
    seconds: number(/elapsed time ([\d.]+)/),
  };
}

function runOurs(model: Model, options: ExploreOptions): Exploration {
  const watch = { now: () => performance.now() };
  const result = explore(model, { ...options, watch });
  if (result.verdict !== "ok") throw new Error(`${model.name}: ${result.verdict}`);
  return result;
}

function compare(it: Case, directory: string): void {
  const pan = buildPan(directory, it);
  const spin: Measured[] = [];
  const ours = WAYS.map((): Exploration[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    spin.push(runPan(pan));
    for (const [way, { options }] of WAYS.entries()) ours[way]?.push(runOurs(it.model(), options));
  }
  const best = (all: readonly Measured[]) => Math.min(...all.map(({ seconds }) => seconds));
  const [{ states, transitions } = { states: 0, transitions: 0 }] = spin;
  console.log(`${it.name}: ${states} states, ${transitions} transitions`);
  console.log(`  ${"SPIN".padEnd(32)} ${best(spin).toFixed(2)} s`);
  for (const [way, { name }] of WAYS.entries()) {
    const results = ours[way] ?? [];
    const wrong = results.find((one) => one.states !== states || one.transitions !== transitions);
    if (wrong !== undefined)
      throw new Error(`${it.name}: ${wrong.states} states, ${wrong.transitions} transitions`);
    const seconds = best(results);
    const ratio = (best(spin) / seconds).toFixed(2);
    const bytes = ((results[0]?.bytes ?? 0) / states).toFixed(1);
    console.log(
      `  ${name.padEnd(32)} ${seconds.toFixed(2)} s, ${ratio} x SPIN, ${bytes} B a state`,
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), "trapline-bench-"));
try {
  for (const it of CASES) compare(it, directory);
} finally {
  rmSync(directory, { recursive: true });
}
