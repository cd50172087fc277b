import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodePerfEventAttr,
  PERF_ATTR_SIZE,
  type PerfEventAttr,
  type PerfEventFlag,
} from "./perf-event-attr.ts";

/** Bits of the bit field in <linux/perf_event.h>, counted by hand from `disabled : 1` on. */
const HEADER_BITS = {
  disabled: 0,
  inherit: 1,
  pinned: 2,
  excludeUser: 4,
  excludeKernel: 5,
  excludeHv: 6,
  mmap: 8,
  comm: 9,
  enableOnExec: 12,
  task: 13,
  watermark: 14,
  sampleIdAll: 18,
  excludeCallchainKernel: 21,
  excludeCallchainUser: 22,
  mmap2: 23,
  commExec: 24,
  useClockid: 25,
  contextSwitch: 26,
  inheritThread: 35,
  removeOnExec: 36,
} as const satisfies Record<PerfEventFlag, number>;
const ALL_FLAGS = [
  "disabled",
  "inherit",
  "pinned",
  "excludeUser",
  "excludeKernel",
  "excludeHv",
  "mmap",
  "comm",
  "enableOnExec",
  "task",
  "watermark",
  "sampleIdAll",
  "excludeCallchainKernel",
  "excludeCallchainUser",
  "mmap2",
  "commExec",
  "useClockid",
  "contextSwitch",
  "inheritThread",
  "removeOnExec",
] as const;

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const whole = fc.maxSafeInteger().map(Math.abs);

const attrs: fc.Arbitrary<Required<PerfEventAttr>> = fc.record({
  type: u32,
  config: whole,
  samplePeriod: whole,
  sampleType: whole,
  readFormat: whole,
  flags: fc.uniqueArray(fc.constantFrom(...ALL_FLAGS)),
  wakeupWatermark: u32,
  bpType: u32,
  bpAddr: u64,
  bpLen: whole,
  clockid: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  sampleRegsUser: u64,
  sampleStackUser: u32,
  sampleRegsIntr: u64,
  sampleMaxStack: fc.integer({ min: 0, max: 0xffff }),
});

test("every member stands where the kernel's struct has it, and nothing stands anywhere else", () => {
  fc.assert(
    fc.property(attrs, (attr) => {
      const bytes = encodePerfEventAttr(attr);
      const view = new DataView(bytes.buffer);
      const flags = attr.flags.reduce((word, flag) => word | (1n << BigInt(HEADER_BITS[flag])), 0n);
      expect(bytes).toHaveLength(136);
      expect(view.getUint32(0, true)).toBe(attr.type);
      expect(view.getUint32(4, true)).toBe(PERF_ATTR_SIZE);
      const longs = [8, 16, 24, 32, 40, 56, 64, 80, 96].map((at) => view.getBigUint64(at, true));
      expect(longs).toEqual([
        BigInt(attr.config),
        BigInt(attr.samplePeriod),
        BigInt(attr.sampleType),
        BigInt(attr.readFormat),
        flags,
        attr.bpAddr,
        BigInt(attr.bpLen),
        attr.sampleRegsUser,
        attr.sampleRegsIntr,
      ]);
      expect(view.getUint32(88, true)).toBe(attr.sampleStackUser);
      expect(view.getUint32(48, true)).toBe(attr.wakeupWatermark);
      expect(view.getUint32(52, true)).toBe(attr.bpType);
      expect(view.getInt32(92, true)).toBe(attr.clockid);
      expect(view.getUint16(108, true)).toBe(attr.sampleMaxStack);
      // What Trapline never sets must be 0, or older kernels refuse the whole with E2BIG.
      const unused = [
        ...bytes.subarray(72, 80),
        ...bytes.subarray(104, 108),
        ...bytes.subarray(110),
      ];
      expect(new Set(unused)).toEqual(new Set([0]));
    }),
  );
});

test("what is left out is 0", () => {
  const bytes = encodePerfEventAttr({ type: 5, flags: [] });
  expect([...bytes.subarray(0, 8)]).toEqual([5, 0, 0, 0, 136, 0, 0, 0]);
  expect(new Set(bytes.subarray(8))).toEqual(new Set([0]));
});
