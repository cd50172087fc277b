import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleLayout } from "../abi/index.ts";
import { asVa } from "../base/index.ts";
import type { Frame } from "../symbols/index.ts";
import { RawHit } from "./raw-hit.ts";
import { CallStack } from "./stacks.ts";
import { Writers } from "./writers.ts";

/** One hit, or a thread that has another name from now on. */
interface Step {
  readonly tid: number;
  readonly ip: number;
  readonly spot: number;
  readonly kernel: boolean;
  readonly rename: boolean;
}

const steps = fc.array(
  fc.record({
    tid: fc.integer({ min: 1, max: 6 }),
    ip: fc.integer({ min: 0, max: 3 }),
    spot: fc.integer({ min: 0, max: 2 }),
    kernel: fc.boolean(),
    rename: fc.boolean(),
  }),
  { maxLength: 80 },
);

/** Two threads a process; the two processes of a program have it at different addresses. */
const nothingMore = { via: undefined, culprit: undefined, syscall: undefined };
const pidOf = (tid: number) => Math.ceil(tid / 2) * 100;
const BASE = 0x7fff_0000_0000n;

function addressOf({ tid, ip, kernel }: Step): bigint {
  return kernel
    ? 0xffff_ffff_8100_0000n + BigInt(ip)
    : BASE + BigInt(pidOf(tid)) * 4096n + BigInt(ip);
}

function frameOf(hit: RawHit): Frame {
  const address = asVa(hit.ip);
  if (hit.kernel) return { kind: "kernel", address, symbol: "copy" };
  const objectOffset = hit.ip - BASE - BigInt(hit.pid) * 4096n;
  return { kind: "elf", address, symbol: "store", path: "/bin/program", objectOffset };
}

function hitOf(step: Step, time: number): RawHit {
  const hit = new RawHit(sampleLayout({}));
  const address = addressOf(step);
  hit.pid = pidOf(step.tid);
  hit.tid = step.tid;
  hit.ipLow = Number(address & 0xffff_ffffn);
  hit.ipHigh = Number(address >> 32n);
  hit.timeLow = time;
  hit.timeHigh = 1;
  hit.kernel = step.kernel;
  hit.spot = step.spot;
  return hit;
}

test("any hits: one line for each code, task name and spot, as counting by hand has it", () => {
  fc.assert(
    fc.property(steps, (made) => {
      const comms = new Map<number, string>();
      const commOf = (tid: number) => comms.get(tid) ?? "main";
      const writers = new Writers(
        {
          name: (hit) => ({ ...nothingMore, frame: frameOf(hit) }),
          comm: (hit) => commOf(hit.tid),
          stackOf: (hit) => new CallStack(hit.pid, [hit.ipNumber], undefined),
          stack: () => ({ frames: [], cut: undefined, lasts: true }),
          isLedTo: () => false,
        },
        { chained: false, callsByValue: false, stacks: false, kernelChains: false },
      );
      const naive: { key: string; tid: number; time: bigint }[] = [];
      made.forEach((step, time) => {
        if (step.rename) {
          comms.set(step.tid, commOf(step.tid) === "main" ? "worker" : "main");
          writers.forget(step.tid);
        }
        writers.add(hitOf(step, time));
        const key = [commOf(step.tid), step.spot, step.kernel ? "kernel" : "user", step.ip].join();
        naive.push({ key, tid: step.tid, time: (1n << 32n) + BigInt(time) });
      });
      const expected = [...Map.groupBy(naive, ({ key }) => key)].map(([key, hits]) => ({
        key,
        count: hits.length,
        threads: new Set(hits.map(({ tid }) => tid)).size,
        processes: new Set(hits.map(({ tid }) => pidOf(tid))).size,
        firstNs: hits[0]?.time,
        lastNs: hits.at(-1)?.time,
        tid: hits[0]?.tid,
      }));
      const seen = writers.list().map((it) => ({
        key: [
          it.comm,
          it.spot,
          it.mode,
          Number(it.frame.objectOffset ?? it.frame.address % 16n),
        ].join(),
        count: it.count,
        threads: it.threads,
        processes: it.processes,
        firstNs: it.firstNs,
        lastNs: it.lastNs,
        tid: it.tid,
      }));
      const order = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
      expect(seen.toSorted(order)).toEqual(expected.toSorted(order));
      expect(seen.map(({ count }) => count)).toEqual(
        seen.map(({ count }) => count).toSorted((a, b) => b - a),
      );
    }),
  );
});

test("with call chains asked for each chain is a line of its own", () => {
  let caller = 1n;
  const none = new CallStack(0, [], undefined);
  const stacks = [1, 2].map((it) => new CallStack(0, [0, it], undefined));
  const writers = new Writers(
    {
      name: (hit) => ({ ...nothingMore, frame: frameOf(hit) }),
      comm: () => "main",
      stackOf: () => stacks[Number(caller) - 1] ?? none,
      stack: (hit) => ({
        frames: [
          frameOf(hit),
          { kind: "elf", address: asVa(caller), path: "/bin/program", objectOffset: caller },
        ],
        cut: undefined,
        lasts: caller === 1n,
      }),
      isLedTo: () => false,
    },
    { chained: false, callsByValue: false, stacks: true, kernelChains: false },
  );
  const step = { tid: 1, ip: 0, spot: 0, kernel: false, rename: false };
  [1n, 2n, 1n].forEach((from, time) => {
    caller = from;
    writers.add(hitOf(step, time));
  });
  expect(writers.list().map(({ count }) => count)).toEqual([2, 1]);
});
