import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exploration, type ExploreOptions, explore } from "../src/explore/index.ts";
import { MODELS, type ModelName } from "./models/by-name.ts";
import { exploreTogether } from "./models/crew.ts";
import { buildPan, type Measured, type Promela, runPan } from "./spin.ts";

/**
 * How fast the explorer is beside SPIN (`apt install spin gcc`): the same graphs, one core, no
 * reduction on either side, in turns, and the counts must agree. Seconds are the best of three. The last
 * way takes two cores.
 *
 *     npm run bench:check
 */
interface Case extends Promela {
  readonly name: ModelName;
}

const ROUNDS = 3;
const CASES: readonly Case[] = [
  { name: "peterson 4", promela: "peterson.pml", defines: ["-DN=4"] },
  { name: "K 3 2", promela: "k.pml", defines: ["-DNT=3", "-DNC=2"] },
  { name: "K 3 2, 384 bytes", promela: "k.pml", defines: ["-DNT=3", "-DNC=2", "-DPAD=355"] },
];

interface Way {
  readonly name: string;
  readonly options: ExploreOptions;
  readonly threads: number;
}

const WAYS: readonly Way[] = [
  {
    name: "fingerprints, depth first",
    options: { order: "depth", store: "fingerprint" },
    threads: 1,
  },
  { name: "exact, depth first", options: { order: "depth" }, threads: 1 },
  { name: "exact, breadth first, parents", options: {}, threads: 1 },
  { name: "the same, two threads", options: {}, threads: 2 },
];

async function runOurs(name: ModelName, { options, threads }: Way): Promise<Exploration> {
  const watch = { now: () => performance.now() };
  const result =
    threads === 1
      ? explore(MODELS[name](), { ...options, watch })
      : await exploreTogether(name, threads, { ...options, watch, alone: 20_000 });
  if (result.verdict !== "ok") throw new Error(`${name}: ${result.verdict}`);
  return result;
}

async function compare(it: Case, directory: string): Promise<void> {
  const pan = buildPan(directory, it);
  const spin: Measured[] = [];
  const ours = WAYS.map((): Exploration[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    spin.push(runPan(pan));
    for (const [at, way] of WAYS.entries()) ours[at]?.push(await runOurs(it.name, way));
  }
  const best = (all: readonly Measured[]) => Math.min(...all.map(({ seconds }) => seconds));
  const [{ states, transitions } = { states: 0, transitions: 0 }] = spin;
  console.log(`${it.name}: ${states} states, ${transitions} transitions`);
  console.log(`  ${"SPIN".padEnd(32)} ${best(spin).toFixed(2)} s`);
  for (const [at, { name }] of WAYS.entries()) {
    const results = ours[at] ?? [];
    const wrong = results.find((one) => one.states !== states || one.transitions !== transitions);
    if (wrong !== undefined)
      throw new Error(`${it.name}: ${wrong.states} states, ${wrong.transitions} transitions`);
    const seconds = best(results);
    const ratio = (best(spin) / seconds).toFixed(2);
    const [{ bytes, storeBytes } = { bytes: 0, storeBytes: 0 }] = results;
    const [kept, all] = [storeBytes, bytes].map((it) => (it / states).toFixed(1));
    console.log(
      `  ${name.padEnd(32)} ${seconds.toFixed(2)} s, ${ratio} x SPIN, ${kept} B a state (${all} B in all)`,
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), "trapline-bench-"));
try {
  for (const it of CASES) await compare(it, directory);
} finally {
  rmSync(directory, { recursive: true });
}
