import { conformRandomly, openTarget, type Pair, randomScenario } from "../src/conform/index.ts";
import { load, type Program } from "../src/scenario/index.ts";

/**
 * How many random scenarios a second are held against this computer's kernel, one after the other:
 * made up, run on the model and on the kernel, and compared. The goal is 300 on two cores. Needs root,
 * a C compiler, and the debug registers for itself.
 *
 *     npm run bench:conform
 */
const GOAL = 300;
const ROUNDS = 3;
const PROGRAMS = 2000;
const WARM_UP = 300;
const FIRST_SEED = 1;

using model = await openTarget("model");
using linux = await openTarget("linux");
const pair: Pair = [model, linux];

async function conform(seed: number, programs: number): Promise<number> {
  const start = performance.now();
  const options = { seed, programs, onFinding: () => undefined, isOver: () => false };
  const { findings } = await conformRandomly(pair, options);
  const seconds = (performance.now() - start) / 1000;
  const [first] = findings.filter(({ bug }) => bug === undefined);
  if (first !== undefined) {
    throw new Error(`seed ${first.seed} differs: trapline conform --random 1 --seed ${first.seed}`);
  }
  return programs / seconds;
}

async function alone(target: Pair[number]): Promise<number> {
  const programs = Array.from({ length: PROGRAMS }, (_, index) => programOf(FIRST_SEED + index));
  const start = performance.now();
  for (const program of programs) await target.run(program);
  return PROGRAMS / ((performance.now() - start) / 1000);
}

function programOf(seed: number): Program {
  const loaded = load(randomScenario(seed));
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(`seed ${seed}: no scenario`);
  return program;
}

await conform(FIRST_SEED, WARM_UP);
const rates: number[] = [];
for (let round = 0; round < ROUNDS; round++)
  rates.push(await conform(FIRST_SEED + WARM_UP + round * PROGRAMS, PROGRAMS));
const median = rates.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
console.log(`random scenarios, model and linux: ${median.toFixed(0)}/s (goal ${GOAL})`);
console.log(`  rounds of ${PROGRAMS}: ${rates.map((rate) => rate.toFixed(0)).join(", ")}/s`);
console.log(`  the model alone: ${(await alone(model)).toFixed(0)}/s`);
console.log(`  the kernel alone: ${(await alone(linux)).toFixed(0)}/s`);
if (median < GOAL) process.exitCode = 1;
