import { afterAll, describe, expect } from "vitest";
import type { Hit } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 1 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** The functions of the program itself in the stack of each store, innermost first. */
const STACKS = [
  ["leaf", "middle", "plain", "main"],
  ["leaf", "saver", "saving", "main"],
  ["leaf", "variable_frame", "main"],
  ["leaf", "aligned_frame", "main"],
  ["leaf", "big_frame", "main"],
  ["leaf", ...Array(21).fill("recursive"), "deep", "main"],
  ["leaf", "middle", "through_pointer", "main"],
  ["leaf", "compare", "sorting", "main"],
  ["leaf", "handler", "interrupted", "main"],
  ["leaf", "in_thread"],
];
const BIG = 4;

const LEVELS = ["-O0", "-O1", "-O2", "-O3"] as const;
const FRAMES = ["-fomit-frame-pointer", "-fno-omit-frame-pointer"] as const;
const POSITIONS = ["-no-pie", "-pie"] as const;

async function stores(
  flags: readonly string[],
  options: { stackBytes?: number } = { stackBytes: 8192 },
) {
  const path = workshop.compile("callers", ...flags, "-Wno-unused");
  await using target = await Target.start(path);
  const where = ["counter"];
  const watched = await watching(
    { target: { pids: [target.pid] }, where, stack: true, ...options },
    () => target.run(),
  );
  counted(watched);
  return watched.hits;
}

/** Those of the program: the C library's own are another matter in each version of it. */
function own({ stack = [] }: Hit): readonly (string | undefined)[] {
  return stack.filter(({ object }) => object?.startsWith("callers")).map(({ symbol }) => symbol);
}

const isStart = (name: string | undefined) => name === "_start";

describe.each(LEVELS)("compiled with %s", (level) => {
  test.each(FRAMES)("and %s: every caller is there, a leaf's too", async (frames) => {
    for (const position of POSITIONS) {
      const hits = await stores([level, frames, position]);
      const seen = hits.map((hit) => own(hit).filter((name) => !isStart(name)));
      const wanted = STACKS.filter((_, i) => i !== BIG);
      expect(seen.filter((_, i) => i !== BIG)).toEqual(wanted);
      const cuts = hits.map(({ stackCut }) => stackCut).filter((_, i) => i !== BIG);
      expect(new Set(cuts)).toEqual(new Set([undefined]));
    }
  });

  test("a stack that is deeper than its sample is cut there, and says so", async () => {
    const [, , , , big] = await stores([level, "-fomit-frame-pointer"]);
    expect(big === undefined ? [] : own(big).slice(0, 2)).toEqual(["leaf", "big_frame"]);
    expect(big?.stackCut).toMatch(/^(stack|frame-pointers)$/);
  });

  test("frame pointers carry on where the sample ends", async () => {
    const [, , , , big] = await stores([level, "-fno-omit-frame-pointer"]);
    expect(big === undefined ? [] : own(big)).toEqual(expect.arrayContaining(STACKS[BIG] ?? []));
    expect(big?.stackCut).toBe("frame-pointers");
  });
});

test("a sample of 16 bytes is enough to find a leaf's caller, and what is missing is said", async () => {
  const [plain] = await stores(["-O2", "-fomit-frame-pointer"], { stackBytes: 16 });
  expect(plain === undefined ? [] : own(plain).slice(0, 2)).toEqual(["leaf", "middle"]);
  expect(plain?.stackCut).toBeDefined();
});

test("the kernel's code in the process, the vdso, has its callers like any other", async () => {
  const path = workshop.compile("vdso", "-O2", "-fomit-frame-pointer");
  await using target = await Target.start(path);
  const where = [`${target.at("seconds")}/8`];
  const options = { target: { pids: [target.pid] }, where, stack: true };
  const { hits } = await watching(options, () => target.run());
  const [{ stack = [], stackCut, frame }] = [hits[0] ?? { frame: undefined }];
  expect(frame?.object).toBe("[vdso]");
  const own = stack.filter(({ object }) => object?.startsWith("vdso")).map((it) => it.symbol);
  expect(own.slice(0, 3)).toEqual(["tell", "asking", "main"]);
  expect(stackCut).toBeUndefined();
});

const NARROW = ["-m32", "-nostdlib", "-static", "-fno-pic", "-fno-pie"];

function compileNarrow(...flags: readonly string[]): string | undefined {
  try {
    return workshop.compile("narrow", ...NARROW, "-fno-stack-protector", ...flags);
  } catch {
    return undefined;
  }
}

describe.runIf(compileNarrow() !== undefined)("a program of 32 bits", () => {
  test.each(FRAMES)("%s: names, types, instructions and values are its own", async (frames) => {
    await using target = await Target.start(compileNarrow("-O1", frames) ?? "");
    const options = { target: { pids: [target.pid] }, where: ["counter", "cursor->next->state"] };
    const { hits } = await watching({ ...options, stack: true, values: true }, () => target.run());
    const seen = hits.map(({ frame, culprit, new: value, stackCut }) => ({
      function: frame.function,
      text: culprit?.instruction?.text.split(" ")[0],
      doubt: culprit?.doubt,
      value,
      stackCut,
    }));
    const common = { function: "leaf", doubt: undefined, stackCut: "32-bit" };
    expect(seen).toEqual([
      { ...common, text: seen[0]?.text, value: 42n },
      { ...common, text: "mov", value: 0xffff_fffdn },
    ]);
  });
});
