import fc from "fast-check";
import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import { ARCHITECTURES, type Architecture, coverRange } from "./index.ts";
import { reach, registersFor } from "./split.ts";
import { x86 } from "./x86.ts";

const archs = fc.constantFrom(...Object.values<Architecture>(ARCHITECTURES));
/** Around a 512-byte boundary in user space, where every architecture's limits can be met. */
const starts = fc.integer({ min: 0x11e0, max: 0x1220 }).map((it) => asVa(BigInt(it)));
const lengths = fc.integer({ min: 1, max: 24 });
const modes = fc.constantFrom("r" as const, "w" as const, "rw" as const);
const MANY = 1000;

test("a cover is made of exactly the bytes asked for, each of them once", () => {
  fc.assert(
    fc.property(archs, starts, lengths, modes, (arch, address, length, mode) => {
      const covered = piecesOf(arch, { address, length, mode });
      const bytes = covered.flatMap((piece) => bytesFrom(piece.address, piece.length));
      expect(bytes).toEqual(bytesFrom(address, length));
    }),
  );
});

test("the kernel's own rule accepts every piece, as long as it was asked for", () => {
  fc.assert(
    fc.property(archs, starts, lengths, modes, (arch, address, length, mode) => {
      for (const piece of piecesOf(arch, { address, length, mode })) {
        const { address: bpAddr, length: bpLen, bpType } = piece;
        const parsed = arch.archParse({ bpAddr, bpLen, bpType });
        expect(parsed).toMatchObject({ ok: true, value: { first: bpAddr, length: bpLen } });
        expect(piece.trapRange.first <= bpAddr).toBe(true);
        expect(piece.trapRange.last >= bpAddr + BigInt(bpLen) - 1n).toBe(true);
      }
    }),
  );
});

test("no cover has fewer registers: every way to cut the range was tried", () => {
  fc.assert(
    fc.property(archs, starts, lengths, (arch, address, length) => {
      const { length: used } = piecesOf(arch, { address, length, mode: "w" });
      expect(used).toBe(fewestByTrial(arch, address, length));
      expect(registersFor(arch, { address, end: address + BigInt(length) })).toBe(used);
    }),
  );
});

test("what a refusal offers fits, and no longer part of the range does", () => {
  const registers = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(archs, starts, lengths, registers, (arch, address, length, free) => {
      const covered = coverRange(arch, { address, length, mode: "w" }, free);
      if (covered.ok) return;
      expect(covered.error.fits).toEqual(fitsByTrial(arch, { address, length, free }));
    }),
    { numRuns: 500 },
  );
});

test("that holds for ranges longer than the longest register, too", () => {
  const longRanges = fc.integer({ min: 500, max: 1700 });
  const powerpc = fc.constantFrom("powerpc-dawr" as const, "powerpc-p10" as const);
  fc.assert(
    fc.property(
      powerpc,
      starts,
      longRanges,
      fc.constantFrom(1, 2),
      (name, address, length, free) => {
        const arch = ARCHITECTURES[name];
        const covered = coverRange(arch, { address, length, mode: "w" }, free);
        if (covered.ok) return;
        expect(covered.error.fits).toEqual(fitsByTrial(arch, { address, length, free }));
      },
    ),
    { numRuns: 50 },
  );
});

test("AMD's extension covers a page with one register, and 12 bytes before it with two more", () => {
  const amd = x86({ bpext: true, kprobes: true });
  const lengths = (address: bigint, length: number) =>
    piecesOf(amd, { address: asVa(address), length, mode: "rw" }).map((piece) => piece.length);
  expect(lengths(0x7000n, 4096)).toEqual([4096]);
  expect(lengths(0x7000n - 12n, 12 + 4096)).toEqual([4, 8, 4096]);
  expect(lengths(0x10000_0000n, 2 ** 32)).toEqual([2 ** 31, 2 ** 31]);
});

test("a powerpc piece says that the whole double word traps", () => {
  const request = { address: asVa(0x1002n), length: 4, mode: "r" } as const;
  expect(piecesOf(ARCHITECTURES["powerpc-dawr"], request)).toEqual([
    { address: 0x1002n, length: 4, bpType: 1, trapRange: { first: 0x1000n, last: 0x1007n } },
  ]);
});

test("where instructions cannot be watched, or do not begin, the refusal says so", () => {
  const refusal = (name: "powerpc-p10" | "arm64", address: bigint) => {
    const covered = coverRange(ARCHITECTURES[name], { address: asVa(address), mode: "x" }, 4);
    return covered.ok ? "covered" : covered.error.text;
  };
  expect(refusal("powerpc-p10", 0x1000n)).toContain("has no register that watches instructions");
  expect(refusal("arm64", 0x1002n)).toBe("no instruction starts at 0x1002 on arm64: try 0x1000");
  expect(refusal("arm64", 0x1004n)).toBe("covered");
});

test("a range beyond the registers is refused with the parts that fit", () => {
  expect(textOf({ address: 0x1003n, length: 9, free: 2 })).toBe(
    "9 bytes at 0x1003 need 3 registers, 2 are free: 0x1003/5 or 0x1004/8 would fit",
  );
  expect(textOf({ address: 0x1003n, length: 1, free: 0 })).toBe(
    "1 byte at 0x1003 needs 1 register, none is free",
  );
});

test("a gigabyte is refused at once, with the number of registers it would take", () => {
  expect(textOf({ address: 0x1001n, length: 2 ** 30, free: 4 })).toBe(
    "1073741824 bytes at 0x1001 need 134217731 registers, 4 are free: " +
      "0x1001/15, 0x1008/32 or 0x40000fe8/25 would fit",
  );
});

test("an empty range and one past the end of memory are refused, the last byte is not", () => {
  expect(textOf({ address: 0x1000n, length: 0, free: 4 })).toContain("it needs 1 or more");
  expect(textOf({ address: 2n ** 64n - 1n, length: 2, free: 4 })).toContain("past the end");
  expect(textOf({ address: 2n ** 64n - 1n, length: 1, free: 4 })).toBe("covered");
});

test("a place that the kernel never allows is refused with the kernel's errno", () => {
  const cpuEntryArea = 0xffff_fe00_0000_0000n;
  expect(textOf({ address: cpuEntryArea, length: 8, free: 4 })).toBe(
    "the kernel does not allow a breakpoint at 0xfffffe0000000000 (EINVAL)",
  );
});

test("a read watch becomes one for both on x86, and says so", () => {
  const request = { address: asVa(0x1000n), length: 8, mode: "r" } as const;
  expect(coverRange(ARCHITECTURES.x86, request, 1)).toMatchObject({
    ok: true,
    value: [{ bpType: 3, inexact: "writes are counted too" }],
  });
});

test("an instruction takes one register of the length that the kernel wants", () => {
  const request = { address: asVa(0x1003n), mode: "x" } as const;
  expect(coverRange(ARCHITECTURES.x86, request, 1)).toMatchObject({
    ok: true,
    value: [{ address: 0x1003n, length: 8, bpType: 4 }],
  });
  expect(coverRange(ARCHITECTURES.x86, request, 0).ok).toBe(false);
});

function piecesOf(arch: Architecture, request: Parameters<typeof coverRange>[1]) {
  const covered = coverRange(arch, request, MANY);
  if (!covered.ok) throw new Error(covered.error.text);
  return covered.value;
}

function textOf(wish: { address: bigint; length: number; free: number }): string {
  const request = { address: asVa(wish.address), length: wish.length, mode: "w" } as const;
  const covered = coverRange(ARCHITECTURES.x86, request, wish.free);
  return covered.ok ? "covered" : covered.error.text;
}

function bytesFrom(address: bigint, length: number): bigint[] {
  return Array.from({ length }, (_, offset) => address + BigInt(offset));
}

/** The fewest pieces that the kernel's own rule accepts, by trying each first piece in turn. */
function fewestByTrial(arch: Architecture, address: bigint, length: number): number {
  const fewest = [0];
  for (let size = 1; size <= length; size++) {
    const at = address + BigInt(length - size);
    const counts = Array.from({ length: size }, (_, rest) =>
      allows(arch, at, size - rest) ? 1 + (fewest[rest] ?? MANY) : MANY,
    );
    fewest.push(Math.min(...counts));
  }
  return fewest[length] ?? MANY;
}

function allows(arch: Architecture, address: bigint, bpLen: number): boolean {
  return arch.archParse({ bpAddr: asVa(address), bpLen, bpType: 2 }).ok;
}

interface Wish {
  readonly address: bigint;
  readonly length: number;
  readonly free: number;
}

/** The same three parts, from every start there is. */
function fitsByTrial(arch: Architecture, { address, length, free }: Wish) {
  if (free === 0) return [];
  const end = address + BigInt(length);
  const spans = bytesFrom(address, length).map((start) => ({
    address: start,
    length: Number(reach(arch, { address: start, end }, free) - start),
  }));
  const longest = Math.max(...spans.map((span) => span.length));
  const wanted = [
    spans[0],
    spans.find((span) => span.length === longest),
    spans.find((span) => span.address + BigInt(span.length) === end),
  ];
  return [...new Set(wanted)];
}
