import {
  conformRandomly,
  GUEST_KINDS,
  isFetched,
  openTarget,
  type Pair,
  parseTargetName,
  randomScenario,
  type TargetName,
} from "../src/conform/index.ts";
import { load, type Program } from "../src/scenario/index.ts";

/**
 * How many random scenarios a second are held against a real kernel: made up, run on the model and on the
 * kernel, one after the other, and compared. This computer's kernel needs root, a C compiler, and the
 * debug registers for itself. The goals are for two cores that have nothing else to do.
 *
 *     npm run bench:conform                                this kernel, and all guests that are fetched
 *     npm run bench:conform -- linux guest:arm64-6.12      these
 */
interface Bench {
  readonly goal: number;
  readonly programs: number;
  readonly warmUp: number;
}

const LINUX: Bench = { goal: 300, programs: 2000, warmUp: 300 };
const GUEST: Bench = { goal: 30, programs: 300, warmUp: 60 };
const ROUNDS = 3;
const FIRST_SEED = 1;

const asked = process.argv.slice(2).map(parseTargetName);
const fetched = GUEST_KINDS.filter(isFetched).map(({ name }): TargetName => `guest:${name}`);
for (const name of asked.length > 0 ? asked : (["linux", ...fetched] as const)) await measure(name);

async function measure(name: TargetName): Promise<void> {
  const bench = name === "linux" ? LINUX : GUEST;
  using model = await openTarget("model");
  using target = await openTarget(name);
  const pair: Pair = [model, target];
  await conform(pair, FIRST_SEED, bench.warmUp);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const seed = FIRST_SEED + bench.warmUp + round * bench.programs;
    rates.push(await conform(pair, seed, bench.programs));
  }
  const median = rates.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `random scenarios, model and ${name}: ${median.toFixed(0)}/s (goal ${bench.goal}); ` +
      `rounds of ${bench.programs}: ${rates.map((rate) => rate.toFixed(0)).join(", ")}/s`,
  );
  if (median < bench.goal) process.exitCode = 1;
  if (name === "linux") {
    console.log(`  the model alone: ${(await alone(model, bench)).toFixed(0)}/s`);
    console.log(`  the kernel alone: ${(await alone(target, bench)).toFixed(0)}/s`);
  }
}

async function conform(pair: Pair, seed: number, programs: number): Promise<number> {
  const start = performance.now();
  const options = { seed, programs, onFinding: () => undefined, isOver: () => false };
  const { findings } = await conformRandomly(pair, options);
  const seconds = (performance.now() - start) / 1000;
  const [first] = findings.filter(({ bug }) => bug === undefined);
  if (first !== undefined) {
    const on = pair.map(({ name }) => name).join(",");
    throw new Error(
      `seed ${first.seed} differs: trapline conform --on ${on} --random 1 --seed ${first.seed}`,
    );
  }
  return programs / seconds;
}

async function alone(target: Pair[number], { programs: count }: Bench): Promise<number> {
  const programs = Array.from({ length: count }, (_, index) => programOf(FIRST_SEED + index));
  const start = performance.now();
  for (const program of programs) await target.run(program);
  return count / ((performance.now() - start) / 1000);
}

function programOf(seed: number): Program {
  const loaded = load(randomScenario(seed));
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(`seed ${seed}: no scenario`);
  return program;
}
