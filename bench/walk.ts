import { drawsOf } from "../src/base/index.ts";
import { boot, randomProgram, walkAtRandom } from "../src/kernel/index.ts";

/**
 * A random walk of a million steps through random programs, on each machine: what goes wrong, how
 * often, and the first seed that shows it. Anything but a named violation is our own mistake and ends
 * the walk.
 *
 *     npm run bench:walk -- [STEPS]
 */
const MACHINES = [
  { arch: "x86" },
  { arch: "arm64" },
  { arch: "powerpc-dawr", design: "a" },
  { arch: "powerpc-dawr", design: "b" },
  { arch: "powerpc-dawr", design: "c" },
  { arch: "powerpc-dawr", design: "per-cpu" },
  { arch: "powerpc-dawr", design: "d" },
  { arch: "powerpc-p10", design: "d" },
] as const;

const limit = Number(process.argv[2] ?? 1_000_000);

function walk(machine: (typeof MACHINES)[number], seed: number) {
  const draw = drawsOf(seed);
  const program = randomProgram(draw, { ...machine, cpus: 2, actors: 4, statements: 18 });
  try {
    return walkAtRandom(boot(program, { bounds: { tasks: 6, events: 40 } }), draw);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

for (const machine of MACHINES) {
  const found = new Map<string, { count: number; seed: number }>();
  let steps = 0;
  const start = performance.now();
  for (let seed = 1; steps < limit; seed++) {
    const result = walk(machine, seed);
    steps += result.steps + 1;
    const end = result.violated === "" ? "ok" : result.violated;
    const { count, seed: first } = found.get(end) ?? { count: 0, seed };
    found.set(end, { count: count + 1, seed: first });
  }
  const rate = (steps / (performance.now() - start) / 1000).toFixed(2);
  const design = "design" in machine ? ` ${machine.design}` : "";
  console.log(`${machine.arch}${design}: ${steps} steps, ${rate} M/s`);
  for (const [end, { count, seed }] of found) console.log(`  ${end}: ${count}, first seed ${seed}`);
}
