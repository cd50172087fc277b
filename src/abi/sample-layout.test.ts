import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleLayout } from "./sample-layout.ts";

/** What a sample may carry, in the order in which perf_output_sample() writes it. */
const IN_ORDER = [
  { name: "identifier", bit: 1 << 16 },
  { name: "ip", bit: 1 << 0 },
  { name: "pid and tid", bit: 1 << 1 },
  { name: "time", bit: 1 << 2 },
  { name: "addr", bit: 1 << 3 },
  { name: "id", bit: 1 << 6 },
  { name: "stream", bit: 1 << 9 },
  { name: "cpu", bit: 1 << 7 },
  { name: "period", bit: 1 << 8 },
  { name: "read", bit: 1 << 4 },
  { name: "callchain", bit: 1 << 5 },
  { name: "regs", bit: 1 << 18 },
] as const;

/** The word at which each field of this sample type begins, by counting. */
function naive(sampleType: number): Map<string, number> {
  const present = IN_ORDER.filter(({ bit }) => (sampleType & bit) !== 0);
  return new Map(present.map(({ name }, index) => [name, 2 + index * 2]));
}

const ALL = { identifier: true, cpu: true, callchain: true, regsIntr: true };
const wishes = fc.record(
  { identifier: fc.boolean(), cpu: fc.boolean(), callchain: fc.boolean(), regsIntr: fc.boolean() },
  { requiredKeys: [] },
);

test("each field lies where the kernel writes it, for any wishes", () => {
  fc.assert(
    fc.property(wishes, (wish) => {
      const layout = sampleLayout(wish);
      const at = naive(layout.sampleType);
      expect(layout.identifier).toBe(at.get("identifier"));
      expect(layout.ip).toBe(at.get("ip"));
      expect(layout.pid).toBe(at.get("pid and tid"));
      expect(layout.tid).toBe(layout.pid + 1);
      expect(layout.time).toBe(at.get("time"));
      expect(layout.cpu).toBe(at.get("cpu"));
      expect(layout.callchain).toBe(at.get("callchain"));
      const fixed = [...at.keys()].filter((name) => name !== "callchain" && name !== "regs");
      expect(layout.varying).toBe(2 + 2 * fixed.length);
      expect(layout.regsIntr).toBe(at.has("regs"));
    }),
  );
});

test("nothing is sampled that was not wished for, and every hit tells its place, task and time", () => {
  expect(sampleLayout({})).toEqual({
    sampleType: 7,
    identifier: undefined,
    ip: 2,
    pid: 4,
    tid: 5,
    time: 6,
    cpu: undefined,
    callchain: undefined,
    varying: 8,
    regsIntr: false,
  });
  expect(sampleLayout(ALL).sampleType).toBe(0x5_00a7);
});
