// What a watch costs, against perf record and gdb in the same run. `npm run bench:watch`.
import { cpus, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { costOf, stackCosts } from "./condition-costs.ts";
import { namingTimes } from "./naming-times.ts";
import { buildTarget, startTarget, type Target } from "./target.ts";
import { gdb, hasTool, perf, type Seen, trapline, type Watcher } from "./tools.ts";
import { stacksPerSecond } from "./unwind.ts";

type Start = (target: Target) => Promise<Watcher>;

const HOT = 100_000;
const GDB_HOT = 2_000;
const PACED = 20_000;
const PACE_NS = 16_000;
const MILLION = 1_000_000;
/** As deep as programs commonly are. */
const STACK_FRAMES = 16;
const ROUNDS = 5;
/** Whoever has just started is still loading, on the core's other thread: both get the same time. */
const SETTLE_MS = 500;
/** The bare loop is measured over this many stores for each one that is watched. */
const BARE = 20;

interface Row {
  readonly what: string;
  readonly trapline: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
}

const binary = buildTarget();
const rows: Row[] = [];

/** ns that one watched store took more than a bare one; the median of some rounds. */
async function costs(tools: Readonly<Record<string, Start>>, stores: (tool: string) => number) {
  const found: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, start] of Object.entries(tools)) {
      using target = await startTarget(binary);
      const bare = (await target.run(`hot ${HOT * BARE}`)) / (HOT * BARE);
      const watcher = await start(target);
      await sleep(SETTLE_MS);
      await target.run("hot 100");
      const watched = (await target.run(`hot ${stores(name)}`)) / stores(name);
      await watcher.finish();
      found[name] = [...(found[name] ?? []), watched - bare];
    }
    progress(`cost of a hit: round ${round + 1} of ${ROUNDS}`);
  }
  return found;
}

/** How much slower a loop gets that stores every 16 µs. */
async function slowdowns(tools: Readonly<Record<string, Start>>) {
  const found: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, start] of Object.entries(tools)) {
      using target = await startTarget(binary);
      const bare = await target.run(`paced ${PACED} ${PACE_NS}`);
      const watcher = await start(target);
      await sleep(SETTLE_MS);
      const watched = await target.run(`paced ${PACED} ${PACE_NS}`);
      await watcher.finish();
      found[name] = [...(found[name] ?? []), watched / bare];
    }
    progress(`slowdown at 16 µs: round ${round + 1} of ${ROUNDS}`);
  }
  return found;
}

/** A million hits: what was seen, the CPU time less that of an idle run as long, and memory. */
async function million(start: Start, command: string) {
  using target = await startTarget(binary);
  const watcher = await start(target);
  await target.run("hot 100000");
  const before = watcher.residentBytes();
  const ns = await target.run(command);
  const after = watcher.residentBytes();
  const seen = await watcher.finish();
  const idle = await idleCpu(start, ns);
  return { seen, before, after, cpuSeconds: seen.cpuSeconds - idle };
}

async function idleCpu(start: Start, ns: number): Promise<number> {
  using target = await startTarget(binary);
  const watcher = await start(target);
  await target.run(`idle ${Math.round(ns / 1e6)}`);
  return (await watcher.finish()).cpuSeconds;
}

async function measure(): Promise<void> {
  const tools = { trapline, ...(hasTool("perf") ? { perf } : {}) };
  const all = { ...tools, ...(hasTool("gdb") ? { gdb } : {}) };

  const cost = await costs(all, (name) => (name === "gdb" ? GDB_HOT : HOT));
  const [ours, perfs] = [median(cost.trapline), median(cost.perf)];
  rows.push(row("cost of a hit, ns", [ours, perfs], "perf record", 0, "≤ 1.05"));
  if (cost.gdb !== undefined) {
    rows.push(row("cost of a hit, ns", [ours, median(cost.gdb)], "gdb", 0, ""));
  }
  for (const { what, ns, bareNs, goal } of await costOf(binary, progress)) {
    rows.push(row(what, [ns, bareNs], "bare trap", 0, goal));
  }
  await deep();
  const slow = await slowdowns(tools);
  const slowed = [median(slow.trapline), median(slow.perf)] as const;
  rows.push(row("slowdown at a store every 16 µs", slowed, "perf record", 2, ""));

  for (const command of [`hot ${MILLION}`, `threads ${MILLION / 2} 2`]) {
    progress(`a million hits: ${command}`);
    const our = await million(trapline, command);
    rows.push(exactness(command, our.seen));
    rows.push({
      what: `  resident before and after, MB`,
      trapline: `${megabytes(our.before)} → ${megabytes(our.after)}`,
      peer: "",
      ratio: "",
      goal: "< 120, flat",
    });
    if (!hasTool("perf")) continue;
    const their = await million(perf, command);
    const cpu = [our.cpuSeconds, their.cpuSeconds] as const;
    rows.push(row("  CPU time from ring to table, s", cpu, "perf record + report", 3, "≤ 0.4"));
  }
  await startUp();
  await naming();
}

/** With the stack of each hit: what perf calls -g. */
async function deep(): Promise<void> {
  const { ns, perfNs } = await stackCosts(binary, progress);
  rows.push(row("value + stack of each hit, ns", [ns, perfNs], "perf record -g", 0, "≤ 1.3"));
  const rate = await stacksPerSecond(binary, STACK_FRAMES);
  rows.push(
    alone(`stacks of ${STACK_FRAMES} frames unwound in a second`, count(rate), "≥ 300,000"),
  );
}

/** A variable in a hundred megabytes of debug info, from the command's start to its registers armed. */
async function naming(): Promise<void> {
  progress("naming: compiling a large program");
  const { megabytes: size, first, again } = await namingTimes(progress);
  const what = `naming in ${size} MB of debug info, ms`;
  rows.push(alone(`${what}: the first time`, median(first).toFixed(0), "≤ 1500"));
  rows.push(alone(`${what}: again`, median(again).toFixed(0), "≤ 300"));
}

function alone(what: string, ours: string, goal: string): Row {
  return { what, trapline: ours, peer: "", ratio: "", goal };
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

async function startUp(): Promise<void> {
  const times: Record<string, number[]> = { trapline: [], gdb: [] };
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    for (const [name, start] of Object.entries({ trapline, ...(hasTool("gdb") ? { gdb } : {}) })) {
      using target = await startTarget(binary);
      const watcher = await start(target);
      times[name]?.push(watcher.armedMs ?? Number.NaN);
      await watcher.finish();
    }
  }
  const both = [median(times.trapline), median(times.gdb)] as const;
  rows.push(row("start to armed, ms", both, "gdb", 0, "≤ 200 ms"));
}

function exactness(command: string, seen: Seen): Row {
  // The first 100,000 come before memory is looked at.
  const expected = MILLION + 100_000;
  return {
    what: `hits of ${expected.toLocaleString("en")} (${command})`,
    trapline: `${seen.hits.toLocaleString("en")}, lost ${seen.lost}`,
    peer: "",
    ratio: seen.hits === expected ? "exact" : "NOT EXACT",
    goal: "exact",
  };
}

function row(
  what: string,
  [ours, theirs]: readonly [number, number],
  peer: string,
  digits: number,
  goal: string,
): Row {
  return {
    what,
    trapline: ours.toFixed(digits),
    peer: Number.isNaN(theirs) ? "not installed" : `${theirs.toFixed(digits)} (${peer})`,
    ratio: Number.isNaN(theirs) ? "" : (ours / theirs).toFixed(2),
    goal,
  };
}

function median(values: readonly number[] = []): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else console.error(text);
}

await measure();
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
const [cpu] = cpus();
const machine = `${cpu?.model ?? "?"} × ${cpus().length}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
console.log(`${machine}\n`);
console.log("| what | trapline | peer | ratio | goal |\n| --- | ---: | ---: | ---: | --- |");
for (const { what, trapline: ours, peer, ratio, goal } of rows) {
  console.log(`| ${what} | ${ours} | ${peer} | ${ratio} | ${goal} |`);
}
