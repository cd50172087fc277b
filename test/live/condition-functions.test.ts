import { afterAll, expect } from "vitest";
import type { WatchOptions } from "../../src/index.ts";
import { counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ root: true, registers: 1 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** Watches `writes`, compiled so that `put` and `lift` are inlined into `loops`. */
async function during(options: Partial<WatchOptions>, where = "cell/8") {
  await using target = await Target.start(workshop.compile("writes", "-O2"));
  const watched = await watching(
    { target: { pids: [target.pid] }, where: [where], ...options },
    () => target.run(),
  );
  counted(watched);
  return { ...watched, functions: watched.hits.map(({ frame }) => frame.function) };
}

test("a function that is inlined is in a condition wherever it is inlined", async () => {
  const { functions, report } = await during({ condition: "ip in put || ip in lift" });
  expect(functions).toEqual(["put", "lift", "lift"]);
  expect(report.coverage.decidedIn).toBe("kernel");
});

test("a function holds what is inlined into it", async () => {
  const { functions } = await during({ condition: "ip in loops" });
  expect(functions).toEqual([...Array(6).fill("loops"), "put", "lift", "lift"]);
});

test("what is expected of a function is expected of its inlined copies", async () => {
  const unlessFrom = ["plain", "changing", "numbers", "fields", "writes.c:lift", "atomics"];
  const { functions } = await during({ unlessFrom });
  expect(functions).toEqual([...Array(6).fill("loops"), "put"]);
});

test("a function of the kernel is one, too", async () => {
  const path = workshop.compile("pokes");
  const copies = async (condition?: string) => {
    await using target = await Target.start(path, ["k8@0*5", "w8@0*7"]);
    const where = [`${target.at("arena")}/8`];
    const options = { target: { pids: [target.pid] }, where, ...(condition && { condition }) };
    return await watching(options, () => target.run());
  };
  const { hits } = await copies();
  const [name] = hits.flatMap(({ mode, frame }) => (mode === "kernel" ? (frame.symbol ?? []) : []));
  const only = await copies(`ip in "kernel:${name}"`);
  expect(counted(only)).toEqual({ user: 0, kernel: 5, lost: 0 });
  const others = await copies(`!(ip in ${name})`);
  expect(counted(others)).toEqual({ user: 7, kernel: 0, lost: 0 });
});

test("a bit field is compared by its own bits, and changed by them alone", async () => {
  const { hits } = await during({ condition: "value == 5 && old == -6" }, "cell.bits.middle");
  expect(hits.map(({ frame }) => frame.function)).toEqual(["fields"]);
  const all = await during({ values: true }, "cell.bits.low");
  const changed = await during({ changes: true }, "cell.bits.low");
  const low = (value: bigint | undefined) => (value ?? 0n) & 7n;
  const wanted = all.hits.filter((hit) => low(hit.old) !== low(hit.new));
  expect(changed.hits.map((hit) => low(hit.new))).toEqual(wanted.map((hit) => low(hit.new)));
  expect(changed.hits.length).toBeLessThan(all.hits.length);
});
