import { readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import type { Hit } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 1 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** What the processor of the target must know besides what all of x86-64 do. */
const NEEDED = ["avx2", "movbe", "cx16", "fxsr", "sse4_1"];
const lacking = NEEDED.filter((it) => !readFileSync("/proc/cpuinfo", "utf8").includes(` ${it} `));

/** Traps that one string instruction makes in eight bytes; all others make one. */
const REPEATS: Readonly<Record<string, number>> = {
  store_string_bytes: 8,
  store_string_backwards: 8,
  store_string_from_inside: 5,
  store_string_into_the_middle: 5,
  move_string_bytes: 8,
  move_string_longs: 2,
};

interface Expected {
  readonly name: string;
  readonly insn: bigint;
  readonly next: bigint;
  readonly line: number;
}

/** The table as the assembler and the compiler made it, and a hit for each store of it. */
async function stores(options: { stack?: boolean; repeats?: boolean; values?: boolean } = {}) {
  await using target = await Target.start(workshop.compile("instructions"));
  const expected: Expected[] = [];
  const where = [`${target.at("cell")}/8`];
  const watched = await watching(
    { target: { pids: [target.pid] }, where, ...options },
    async () => {
      await target.work();
      void target.end();
      for (let line = await target.line(); line !== undefined; line = await target.line()) {
        const [, name = "", insn = 0, next = 0, number] =
          /^(\w+) insn=(\w+) next=(\w+) line=(\d+)$/.exec(line) ?? [];
        expected.push({ name, insn: BigInt(insn), next: BigInt(next), line: Number(number) });
      }
    },
  );
  counted(watched);
  const of = (name: string) => watched.hits.filter(({ frame }) => frame.symbol === name);
  return { ...watched, expected, of };
}

function seen({ culprit, frame, repeat }: Hit) {
  const instruction = culprit?.instruction;
  return {
    name: frame.symbol,
    insn: instruction?.address,
    next: (instruction?.address ?? 0n) + BigInt(instruction?.length ?? 0),
    line: frame.line,
    doubt: culprit?.doubt,
    repeat,
  };
}

const known = lacking.length === 0 ? test : test.skip;

known("each of 78 ways to store is named by its own instruction, line and function", async () => {
  const { hits, expected } = await stores({ stack: true });
  expect(expected.length).toBe(78);
  const wanted = expected.map((it) => ({
    ...it,
    doubt: undefined,
    repeat: REPEATS[it.name] ?? 1,
  }));
  expect(hits.map(seen)).toEqual(wanted);
});

known("a string instruction is one access and one writer, whatever it is counted by", async () => {
  for (const repeats of [true, false]) {
    const { report, of } = await stores({ repeats });
    const [hit, ...others] = of("move_string_bytes");
    expect(others).toEqual([]);
    expect(hit?.repeat).toBe(8);
    const writers = report.writers.filter(({ frame }) => frame.symbol === "move_string_bytes");
    expect(writers).toMatchObject([{ count: 1, traps: 8 }]);
    expect(report.traps - report.hits).toBe(7 + 7 + 4 + 4 + 7 + 1);
  }
});

known(
  "a call that stores its return address is known by its stack, or by what it stored",
  async () => {
    const without = (await stores()).of("landing");
    expect(without).toMatchObject([{ culprit: { doubt: "led-here", instruction: undefined } }]);
    for (const more of [{ stack: true }, { values: true }]) {
      const { report, of, expected } = await stores(more);
      const [hit] = of("call_onto_cell");
      expect(hit?.culprit).toMatchObject({ doubt: undefined, instruction: { flow: "call" } });
      expect(hit?.frame.line).toBe(expected.at(-1)?.line);
      const writers = report.writers.filter(({ frame }) => frame.symbol === "call_onto_cell");
      expect(writers).toMatchObject([{ count: 1, culprit: { instruction: { flow: "call" } } }]);
    }
  },
);
