import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect } from "vitest";
import type { Hit, WatchOptions } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 1, commands: ["g++"] });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const LEVELS = ["-O0", "-O1", "-O2", "-O3"] as const;
const FRAMES = ["-fomit-frame-pointer", "-fno-omit-frame-pointer"] as const;
const SCRIPT = join(import.meta.dirname, "targets/stores.mjs");
const NAMED_SCRIPTS = ["--perf-basic-prof", "--interpreted-frames-native-stack"];

/** What the program itself notes of each of its stores, and what a watch said of it. */
interface Noted {
  readonly function: string;
  readonly line: number;
  readonly value: bigint;
}

/** Watches a target that notes its stores: the notes, and all hits by its own code. */
async function notedStores(target: Target, options: Partial<WatchOptions> = {}) {
  const notes: Noted[] = [];
  const where = [`${target.at("cell")}/8`];
  const watched = await watching(
    { target: { pids: [target.pid] }, where, values: true, ...options },
    async () => {
      await target.work();
      await sleep(200); // the map of compiled code is read while its process lives
      void target.end();
      for (let line = await target.line(); line !== undefined; line = await target.line()) {
        const [, name = "", number, value = 0] =
          /^function=(\S+) line=(\d+) value=(\S+)$/.exec(line) ?? [];
        notes.push({ function: name, line: Number(number), value: BigInt(value) });
      }
    },
  );
  counted(watched);
  return { notes, hits: watched.hits };
}

function seen({ frame, new: value = -1n }: Hit): Noted {
  return { function: plain(frame.function ?? frame.symbol), line: frame.line ?? 0, value };
}

/** As `__func__` has it: `set` of `shop::Box<unsigned int>::set(unsigned int)`. */
function plain(name = ""): string {
  if (/operator\(\)(\(int\) const)?$/.test(name)) return "operator()";
  const bare = name.replace(/\([^()]*\)( const)?$/, "").replaceAll(/<[^<>]*>/g, "");
  return bare.split("::").at(-1) ?? "";
}

describe.each(["c", "c++"] as const)("%s", (language) => {
  describe.each(LEVELS)("with %s", (level) => {
    test.each(FRAMES)("%s: each store has its own line, function and value", async (frames) => {
      const path =
        language === "c"
          ? workshop.compile("writes", level, frames)
          : workshop.compileCpp("writes.c", level, frames);
      await using target = await Target.start(path);
      const { notes, hits } = await notedStores(target);
      expect(notes.length).toBeGreaterThan(language === "c" ? 55 : 60);
      expect(hits.map(seen)).toEqual(notes);
      const olds = [0n, ...notes.map(({ value }) => value)].slice(0, -1);
      expect(hits.map((hit) => hit.old)).toEqual(olds);
      expect(new Set(hits.map(({ culprit }) => culprit?.doubt))).toEqual(new Set([undefined]));
      const instructions = hits.map(({ culprit }) => culprit?.instruction?.address);
      expect(new Set(instructions).size).toBeGreaterThan(40);
      const files = new Set(hits.map(({ frame }) => basename(frame.file ?? "")));
      expect(files).toEqual(new Set(["writes.c"]));
    });
  });
});

test("a Node process: each of 42 stores by JavaScript has its function, line and value", async () => {
  const cwd = workshop.folder; // V8 leaves a log where it runs
  const script = readFileSync(SCRIPT, "utf8").split("\n");
  await using target = await Target.start(process.execPath, [...NAMED_SCRIPTS, SCRIPT], { cwd });
  using map = new DisposableStack();
  map.defer(() => rmSync(`/tmp/perf-${target.pid}.map`, { force: true }));
  const { notes, hits } = await notedStores(target);
  expect(notes.length).toBe(42);
  for (const it of notes) expect(script[it.line - 1]).toContain(`function ${it.function}(`);
  // When it ends, the C library takes the memory back.
  const byScript = hits.filter(({ frame }) => frame.kind === "jit");
  expect(byScript.map(seen)).toEqual(notes);
});
