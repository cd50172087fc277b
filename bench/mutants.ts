// Changes one statement of the kernel model at a time, and asks whether the properties find it out in
// the scenarios of the library: how much a proof is worth depends on what would have broken it.
//
//   node bench/mutants.ts [--most 100] [--from 0] [--only TEXT]
import { type ChildProcess, fork } from "node:child_process";
import { parseArgs } from "node:util";
import { EQUIVALENT } from "./mutants/equivalent.ts";
import { allMutants, textOf } from "./mutants/mutation.ts";
import type { Answer, KillIn, Order } from "./mutants/worker.ts";

const WORKER = new URL("mutants/worker.ts", import.meta.url);
const MOST_SECONDS = 120;
const GOAL = 0.8;

const { values } = parseArgs({
  options: {
    most: { type: "string", default: "100" },
    from: { type: "string", default: "0" },
    only: { type: "string" },
  },
});

class Worker {
  #child: ChildProcess | undefined;

  /** Undefined if no answer comes in time, or never will. */
  async ask(order: Order): Promise<Answer | undefined> {
    this.#child ??= fork(WORKER);
    const child = this.#child;
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    const timeout = setTimeout(() => resolve(undefined), MOST_SECONDS * 1000);
    child.once("message", (answer: Answer) => resolve(answer));
    child.once("exit", () => resolve(undefined));
    child.send(order);
    const answer = await promise;
    clearTimeout(timeout);
    child.removeAllListeners();
    if (answer === undefined) this.end();
    return answer;
  }

  end(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

const worker = new Worker();
const start = performance.now();
await tryAll();
worker.end();

async function tryAll(): Promise<void> {
  const every = allMutants();
  const most = Math.min(Number(values.most), every.length);
  console.log(`${every.length} mutants, of which ${most} are tried`);
  const counts = { property: 0, assertion: 0, expectation: 0, survives: 0, equivalent: 0 };
  for (const [number, mutant] of every.slice(0, most).entries()) {
    const text = textOf(mutant);
    if (number < Number(values.from)) continue;
    if (values.only !== undefined && !text.includes(values.only)) continue;
    const kill = await killOf(number);
    const reason = EQUIVALENT[text];
    const fate = kill?.by ?? (reason === undefined ? "survives" : "equivalent");
    counts[fate]++;
    const why = kill === undefined ? (reason ?? "") : `${kill.what.slice(0, 60)}, ${kill.trial}`;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${seconds} s  ${fate.padEnd(11)}  ${text}  ${why}`);
  }
  summarise(counts);
}

async function killOf(number: number): Promise<KillIn | undefined> {
  const answer = await worker.ask({ number });
  if (answer === undefined) return { by: "assertion", what: "it does not end", trial: "" };
  return answer.kill;
}

function summarise(counts: Readonly<Record<KillIn["by"] | "survives" | "equivalent", number>>) {
  const tried = counts.property + counts.assertion + counts.expectation + counts.survives;
  const share = (count: number) => `${count} of ${tried}, ${((100 * count) / tried).toFixed(0)} %`;
  const ofModel = counts.property + counts.assertion;
  const killed = ofModel + counts.expectation;
  console.log(`killed by what holds of every program: ${share(ofModel)}`);
  console.log(`killed by that or by what a scenario says must hold at its end: ${share(killed)}`);
  console.log(`do what they are made from does, so not counted: ${counts.equivalent}`);
  process.exitCode = killed >= GOAL * tried ? 0 : 1;
}
