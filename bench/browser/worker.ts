import { explore, type Model } from "../../src/explore/index.ts";
import { kernelK } from "../models/k.ts";
import { modelOf } from "./model.ts";

/** What the worker has explored, as it tells the server that it came from. */
export interface Explored {
  readonly name: string;
  readonly verdict: string;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
}

/** Runs in a browser, in a worker: no Node, no files. The scenario is asked of the server. */
async function main(): Promise<void> {
  const scenario = await (await fetch("/scenario")).text();
  const models: readonly (() => Model)[] = [
    () => kernelK(2, 2),
    () => kernelK(3, 2),
    () => modelOf(scenario),
  ];
  const explored = models.map((model): Explored => {
    const it = model();
    const watch = { now: () => performance.now() };
    const { verdict, states, transitions, depth, seconds } = explore(it, { watch });
    return { name: it.name, verdict, states, transitions, depth, seconds };
  });
  await fetch("/explored", { method: "POST", body: JSON.stringify(explored) });
}

await main().catch((error: unknown) =>
  fetch("/explored", { method: "POST", body: JSON.stringify({ error: String(error) }) }),
);
