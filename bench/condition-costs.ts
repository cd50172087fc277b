import { setTimeout as sleep } from "node:timers/promises";
import { PERF_FORMAT_ID, PERF_TYPE_BREAKPOINT } from "../src/abi/index.ts";
import { onlineCpus, openSys, PerfEvent } from "../src/linux/index.ts";
import { startTarget, type Target } from "./target.ts";
import { hasTool, perfWith, traplineWith, type Watcher } from "./tools.ts";

/** What a hit costs with these flags, beside a trap that does nothing but count. */
export interface ConditionCost {
  readonly what: string;
  readonly ns: number;
  readonly bareNs: number;
  readonly goal: string;
}

const HW_BREAKPOINT_W = 2;
const ROUNDS = 7;
/** Stores in a burst, short enough that some bursts are not interrupted; and bursts. */
const STORES = 200;
const BURSTS = 100;
/** Whoever has just started is still loading, on the core's other thread. */
const SETTLE_MS = 300;

const WATCHES = [
  { what: "cost of a hit: no condition, ns", flags: [], goal: "" },
  { what: "value + condition false, ns", flags: ["--if", "value == 0xdeadbeef"], goal: "≤ 1.07" },
  { what: "old value + condition false, ns", flags: ["--if", "old > value"], goal: "" },
  { what: "--values: both values in each hit, ns", flags: ["--values"], goal: "" },
] as const;

/** All in turn, some rounds; of each the least, for what is added to that is not the trap's. */
export async function costOf(
  binary: string,
  progress: (text: string) => void,
): Promise<readonly ConditionCost[]> {
  const costs = WATCHES.map(() => Number.POSITIVE_INFINITY);
  let bareNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`cost of conditions: round ${round + 1} of ${ROUNDS}`);
    using target = await startTarget(binary);
    bareNs = Math.min(bareNs, await counted(target));
    for (const [index, { flags }] of WATCHES.entries()) {
      const ns = await underWatch(target, traplineWith(flags));
      costs[index] = Math.min(costs[index] ?? Number.NaN, ns);
    }
  }
  return WATCHES.map(({ what, goal }, index) => {
    return { what, goal, bareNs, ns: costs[index] ?? Number.NaN };
  });
}

/** What a hit takes of the target with its stack and its value, and with what perf calls -g. */
export async function stackCosts(
  binary: string,
  progress: (text: string) => void,
): Promise<{ readonly ns: number; readonly perfNs: number }> {
  let [ns, perfNs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`cost of stacks: round ${round + 1} of ${ROUNDS}`);
    using target = await startTarget(binary);
    ns = Math.min(ns, await underWatch(target, traplineWith(["--values", "-g"])));
    if (hasTool("perf")) perfNs = Math.min(perfNs, await underWatch(target, perfWith(["-g"])));
  }
  return { ns, perfNs: Number.isFinite(perfNs) ? perfNs : Number.NaN };
}

async function underWatch(target: Target, start: (target: Target) => Promise<Watcher>) {
  const watcher = await start(target);
  await target.run("hot 100"); // what is done at the first hit is done by then
  await sleep(SETTLE_MS);
  const ns = await burst(target);
  // A hit for which the ring has no room costs less, and is none.
  const { lost } = await watcher.finish();
  return lost === 0 ? ns : Number.POSITIVE_INFINITY;
}

/** A store while an event for each CPU counts it, and nobody asks for more. */
async function counted(target: Target): Promise<number> {
  const sys = openSys();
  using opened = new DisposableStack();
  for (const cpu of onlineCpus()) {
    const attr = {
      type: PERF_TYPE_BREAKPOINT,
      bpType: HW_BREAKPOINT_W,
      bpAddr: BigInt(target.address),
      bpLen: 8,
      readFormat: PERF_FORMAT_ID,
      flags: [],
    } as const;
    const event = PerfEvent.open(sys, attr, { pid: -1, cpu, tellsLost: false });
    if (!event.ok) throw new Error(`open a counting event on CPU ${cpu}: ${event.error}`);
    opened.use(event.value);
  }
  return await burst(target);
}

async function burst(target: Target): Promise<number> {
  return (await target.run(`best ${STORES} ${BURSTS}`)) / STORES;
}
