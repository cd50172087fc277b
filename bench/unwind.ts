import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type RawHit, type Session } from "../src/watch/index.ts";
import { startTarget } from "./target.ts";

const ROUNDS = 5;
const TIMES = 100_000;

/** How many stacks of so many frames are unwound in a second, once the rows of their frames are known. */
export async function stacksPerSecond(binary: string, frames: number): Promise<number> {
  using target = await startTarget(binary);
  const where = [`${target.address}/8:w`];
  using session = openSession({
    target: { pids: [target.pid] },
    where,
    stack: true,
    stackBytes: 8192,
  });
  // main, and what the C library has around it, come to the calls.
  await target.run(`deep 1 ${Math.max(1, frames - OUTER)}`);
  await sleep(10);
  const rates: number[] = [];
  session.drain({ hit: (hit) => rates.push(rateOf(hit, session)) });
  const [rate = Number.NaN] = rates;
  return rate;
}

const OUTER = 6;

/** Unwinds one hit's stack many times over: what the next hit of the same code costs. */
function rateOf(hit: RawHit, { parts }: Session): number {
  const { stacks } = parts;
  stacks.of(hit);
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < TIMES; i += 1) stacks.of(hit);
    return (TIMES / (performance.now() - start)) * 1000;
  });
  return rates.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}
