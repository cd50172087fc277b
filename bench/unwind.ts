// How fast stacks are unwound once the rows of their frames are known.
import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type RawHit } from "../src/watch/index.ts";
import { buildTarget, startTarget } from "./target.ts";

const DEPTHS = [1, 4, 8, 16, 32];
const ROUNDS = 5;
const TIMES = 100_000;

const binary = buildTarget();
console.log("| frames | cut | stacks/s | ns a frame |\n| ---: | --- | ---: | ---: |");
for (const depth of DEPTHS) {
  using target = await startTarget(binary);
  const where = [`${target.address}/8:w`];
  using session = openSession({ target: { pids: [target.pid] }, where, stack: true });
  await target.run(`deep 1 ${depth}`);
  await sleep(10);
  session.drain({ hit: (hit) => report(hit, session.parts.stacks) });
}

/** Unwinds one hit's stack many times over: what the next hit of the same code costs. */
function report(
  hit: RawHit,
  stacks: { of(hit: RawHit): { addresses: readonly number[]; cut: unknown } },
) {
  const { addresses, cut } = stacks.of(hit);
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < TIMES; i += 1) stacks.of(hit);
    return (TIMES / (performance.now() - start)) * 1000;
  });
  const rate = rates.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  const perFrame = 1e9 / rate / addresses.length;
  console.log(
    `| ${addresses.length} | ${cut ?? ""} | ${Math.round(rate).toLocaleString("en")} | ${perFrame.toFixed(0)} |`,
  );
}
