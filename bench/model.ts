import {
  BpSlots,
  boot,
  fork,
  LinearSlots,
  open,
  ProgramBuilder,
  SequentialRun,
  store,
} from "../src/kernel/index.ts";
import { Layout } from "../src/machine/index.ts";

/**
 * How fast the model runs: atomic steps a second of one sequential run on one core, and the cost of
 * one reserve and release beside 10 to 1,000,000 task breakpoints, with the histograms and, for
 * contrast, with the linear walk that they replaced in 2022.
 */
const MACHINES = [
  { arch: "x86", design: undefined },
  { arch: "powerpc-dawr", design: "c" },
  { arch: "powerpc-dawr", design: "d" },
  { arch: "arm64", design: undefined },
] as const;

/** Everything that a long scenario is made of: hits, ioctls, switches, forks, exits, closes. */
function mixedProgram({ arch, design }: (typeof MACHINES)[number], rounds: number) {
  const builder = new ProgramBuilder({ arch, design, cpus: 2 })
    .variable("x", 64)
    .variable("y", 64)
    .task("P")
    .task("Q")
    .do("P", open("e", "x", { flags: ["inherit", "exclude-kernel"] }))
    .do("P", fork("C"));
  for (let round = 0; round < rounds; round++) {
    builder
      .do("C", store("x"), 20)
      .do("P", store("y"), 20)
      .do("P", { kind: "disable", event: "e", group: false })
      .do("Q", open("d", "y", { target: { kind: "task", task: "C" } }))
      .do("P", { kind: "enable", event: "e", group: false })
      .do("C", store("y"), 20)
      .do("Q", { kind: "close", event: "d" })
      .do("P", { kind: "read", event: "e" });
  }
  return builder.build();
}

function stepsPerSecond(machine: (typeof MACHINES)[number]): { rate: number; steps: number } {
  const bounds = { tasks: 8, events: 16 };
  new SequentialRun(boot(mixedProgram(machine, 300), { bounds })).run(); // compiled by now
  const program = mixedProgram(machine, 5000);
  let best = { rate: 0, steps: 0 };
  for (let run = 0; run < 5; run++) {
    const kernel = boot(program, { bounds });
    const start = performance.now();
    const { steps, violation } = new SequentialRun(kernel).run();
    if (violation !== undefined) throw violation;
    const rate = (steps / (performance.now() - start)) * 1000;
    if (rate > best.rate) best = { rate, steps };
  }
  return best;
}

const PER_TASK = 4;
const CONFIG = { cpus: 4, data: PER_TASK + 4, inst: PER_TASK + 4 };

/** Nanoseconds for a reserve and a release: of one more task breakpoint, and of a CPU breakpoint. */
function slotCost(breakpoints: number, kind: "histogram" | "linear"): readonly number[] {
  const tasks = Math.ceil(breakpoints / PER_TASK) + 1;
  const config = { ...CONFIG, tasks };
  const slots = kind === "linear" ? new LinearSlots(config) : bpSlots(config);
  for (let held = 0; held < breakpoints; held++)
    slots.reserve({ target: 1 + Math.floor(held / PER_TASK), cpu: -1, type: 0 });
  return [
    { target: tasks, cpu: -1, type: 0 },
    { target: 0, cpu: 1, type: 0 },
  ].map((bp) =>
    nanoseconds(() => {
      slots.reserve(bp);
      slots.release(bp);
    }),
  );
}

function bpSlots(config: ConstructorParameters<typeof BpSlots>[1]): BpSlots {
  const layout = new Layout();
  const slots = new BpSlots(layout, config);
  const state = layout.build(1);
  slots.boot();
  state.commit();
  return slots;
}

/** The median of several batches, each long enough for the clock. */
function nanoseconds(body: () => void): number {
  const batches: number[] = [];
  let runs = 1;
  while (batches.length < 7) {
    const start = performance.now();
    for (let run = 0; run < runs; run++) body();
    const ms = performance.now() - start;
    if (ms < 5 && runs < 1e6) runs *= 4;
    else batches.push((ms * 1e6) / runs);
  }
  return batches.sort((a, b) => a - b)[3] ?? Number.NaN;
}

console.log("atomic steps, sequential run, one core");
for (const machine of MACHINES) {
  const { rate, steps } = stepsPerSecond(machine);
  const name = `${machine.arch} ${machine.design ?? ""}`.padEnd(18);
  console.log(`  ${name} ${(rate / 1e6).toFixed(2)} M/s  (${steps} steps)`);
}

console.log("reserve + release, ns: task breakpoint / CPU breakpoint");
console.log("  held        histograms        linear walk");
for (const held of [10, 100, 1000, 10_000, 100_000, 1_000_000]) {
  const cell = (costs: readonly number[]) =>
    costs
      .map((ns) => Math.round(ns).toString())
      .join(" / ")
      .padEnd(16);
  const linear = held > 10_000 ? "-" : cell(slotCost(held, "linear"));
  console.log(`  ${String(held).padEnd(10)}  ${cell(slotCost(held, "histogram"))}  ${linear}`);
}
