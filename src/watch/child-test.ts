import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { watch } from "./watch.ts";

/** What a watch of a child of our own found, and what a trap cost it. */
export interface ChildTest {
  readonly stores: number;
  readonly hits: number;
  /** ns a trap added to a store: the median of some rounds. */
  readonly costNs: number;
}

const STORES = 2_000;
const ROUNDS = 5;

/** The target is the file beside this one, in whatever form this one runs. */
const TARGET = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "child-target.ts" : "child-target.js", import.meta.url),
);

/**
 * Starts a child that stores to a variable a known number of times, watches that, and compares.
 * Throws WatchError where watching is not possible.
 */
export async function childTest(): Promise<ChildTest> {
  const child = spawn(process.execPath, [TARGET], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<number> => {
    child.stdin.write(`${command}\n`);
    return Number((await lines.next()).value);
  };
  const rounds = async () => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await ask(`store ${STORES}`));
    return median(times) / STORES;
  };
  try {
    const { value: address } = await lines.next();
    const bareNs = await rounds();
    using watched = watch({ target: { pids: [child.pid ?? 0] }, where: [`${address}/8:w`] });
    const trappedNs = await rounds();
    return {
      stores: STORES * ROUNDS,
      hits: watched.report().hits,
      costNs: Math.max(0, trappedNs - bareNs),
    };
  } finally {
    const ended = once(child, "exit");
    child.stdin.end();
    await ended;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
