// Proves that a design has no failure in any interleaving of the programs of scenarios/proofs; with
// another design it shows which of them find a failure there. Two at a time, each in a process of its
// own. Seconds are those of the processor, so that what else it does makes no difference.
//
//   node bench/proofs.ts [--design d] [--seconds 600] [--at-a-time 2] [FILE…]
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { parseArgs, promisify } from "node:util";
import { explorableProgram } from "../src/check/index.ts";
import { type Exploration, explore } from "../src/explore/index.ts";
import { DESIGN_NAMES, load, type Program } from "../src/scenario/index.ts";

const MOST_BYTES = 6 * 2 ** 30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    design: { type: "string", default: "d" },
    seconds: { type: "string", default: "600" },
    "at-a-time": { type: "string", default: "2" },
    one: { type: "boolean", default: false },
  },
});

interface Proof {
  readonly machine: string;
  readonly result: Pick<Exploration, "verdict" | "states" | "transitions" | "depth" | "omission">;
  readonly what: string;
  readonly seconds: number;
}

if (values.one) console.log(JSON.stringify(prove(positionals[0] ?? "")));
else await proveAll();

async function proveAll(): Promise<void> {
  const files = positionals.length > 0 ? positionals : globSync("scenarios/proofs/*.scn").sort();
  const left = [...files];
  let isComplete = true;
  const work = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      const proof = await inOwnProcess(file);
      if (proof.result.verdict !== "ok") isComplete = false;
      console.log(lineOf(file, proof));
    }
  };
  await Promise.all(Array.from({ length: Number(values["at-a-time"]) }, work));
  process.exitCode = isComplete ? 0 : 1;
}

async function inOwnProcess(file: string): Promise<Proof> {
  const { design, seconds } = values;
  const args = [import.meta.filename, "--one", "--design", design, "--seconds", seconds, file];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Proof;
}

/** Runs without kernel threads first, for they are few; then all. */
function prove(file: string): Proof {
  const program = programOf(file);
  const { arch, design, cpus, slots } = program.machine;
  const machine = `${arch} ${design}, ${cpus} CPUs, ${slots} registers`;
  const seconds = Number(values.seconds);
  let result: Exploration | undefined;
  const isInterrupted = () => secondsOfCpu() > seconds;
  for (const detours of [false, true]) {
    result = explore(explorableProgram(program, file, { reduce: true, detours }), {
      order: "depth",
      store: "fingerprint",
      limits: { bytes: MOST_BYTES },
      watch: { now: () => performance.now(), isInterrupted },
    });
    if (result.verdict === "fail") break;
  }
  if (result === undefined) throw new Error(`${file}: not explored`);
  const { verdict, states, transitions, depth, omission, counterexample, bounds, unreached } =
    result;
  return {
    machine,
    result: { verdict, states, transitions, depth, omission },
    what: counterexample?.property ?? [...bounds.map(boundText), ...unreached].join(", "),
    seconds: secondsOfCpu(),
  };
}

/** All that this process has had of the processors, whose one proof this is. */
function secondsOfCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function boundText(bound: string): string {
  return bound === "interrupted" ? "not explored to the end in time" : bound;
}

function programOf(file: string): Program {
  const loaded = load(readFileSync(file, "utf8"));
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  const design = DESIGN_NAMES.find((it) => it === values.design);
  if (program === undefined || design === undefined) throw new Error(`${file}: no such program`);
  return { ...program, machine: { ...program.machine, design } };
}

function lineOf(file: string, { machine, result, what, seconds }: Proof): string {
  const { verdict, states, transitions, depth, omission } = result;
  const counts = `${states.toLocaleString("en")} states, ${transitions.toLocaleString("en")} transitions`;
  const chance = `chance of an omission below ${omission.toExponential(0)}`;
  return `${verdict.padEnd(8)}${file}: ${machine}: ${what || "no failure"} (${counts}, depth ${depth}, ${seconds.toFixed(1)} s; ${chance})`;
}
