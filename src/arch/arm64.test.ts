import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import { type AccessSpec, resolveAccess } from "./access.ts";
import { type BpAttr, extraneousIn, hitsIn, type Installed, type Slots } from "./architecture.ts";
import { type Arm64Features, arm64 } from "./arm64.ts";
import { matchAccess } from "./match.ts";

const POOLS = { breakpoints: 6, watchpoints: 4 };
const arch = arm64(POOLS);
const reportsStart = arm64({ ...POOLS, reportsStart: true });
const R = 1;
const W = 2;
const X = 4;
const KERNEL = 0xffff_8000_0000_0000n;

type Attr = Partial<Omit<BpAttr, "bpAddr">> & { at?: bigint };

function parsed({ at = 0x1000n, ...rest }: Attr, on = arch) {
  return on.archParse({ bpAddr: asVa(at), bpLen: 8, bpType: W, ...rest });
}

function install(attr: Attr, on = arch): Installed {
  const result = parsed(attr, on);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

type Spec = Partial<Omit<AccessSpec, "address" | "fault">> & { at: bigint; fault?: bigint };

function match(slots: Slots, { at, fault, ...rest }: Spec, on = arch) {
  const spec = { address: asVa(at), size: 8, kind: "store" as const, ...rest };
  const access = fault === undefined ? spec : { ...spec, fault: asVa(fault) };
  const matches = matchAccess(on, slots, resolveAccess(on, access));
  return { hits: hitsIn(matches), extraneous: extraneousIn(matches) };
}

test("data of any length is accepted inside a window of 8 bytes, and EINVAL beyond", () => {
  for (let offset = 0; offset < 8; offset++) {
    for (let bpLen = 0; bpLen <= 9; bpLen++) {
      const fits = bpLen >= 1 && offset + bpLen <= 8;
      expect(parsed({ at: 0x1000n + BigInt(offset), bpLen }).ok, `${offset}/${bpLen}`).toBe(fits);
    }
  }
});

test("loads, stores, both and instructions can be watched; mixtures with instructions not", () => {
  const types = Array.from({ length: 10 }, (_, bpType) => bpType);
  expect(types.filter((bpType) => parsed({ bpType }).ok)).toEqual([1, 2, 3, 4]);
});

test("an instruction breakpoint is 4 bytes, whatever length up to 8 was asked for", () => {
  for (let bpLen = 1; bpLen <= 8; bpLen++) {
    expect(install({ bpLen, bpType: X })).toMatchObject({ length: 4, last: 0x1003n });
  }
  expect(parsed({ bpLen: 9, bpType: X })).toEqual({ ok: false, error: "EINVAL" });
});

test("an instruction breakpoint between two instructions is accepted and never hit", () => {
  const bp = install({ at: 0x1001n, bpType: X });
  for (const at of [0x1000n, 0x1004n]) {
    expect(match([bp], { at, size: 4, kind: "fetch" })).toEqual({ hits: 0, extraneous: 0 });
  }
});

test("kernel addresses can be watched per CPU, not per task", () => {
  expect(arch.inKernelSpace(install({ at: KERNEL }))).toBe(true);
  expect(parsed({ at: KERNEL, perTask: true })).toEqual({ ok: false, error: "EINVAL" });
  expect(arch.inKernelSpace(install({ perTask: true }))).toBe(false);
});

test("a range is the kernel's when both its ends are", () => {
  const border = 1n << 48n;
  const inKernel = (at: bigint, bpType: number, bpLen: number) =>
    arch.inKernelSpace(install({ at, bpType, bpLen }));
  expect(inKernel(border, W, 1)).toBe(true);
  expect(inKernel(border - 1n, W, 1)).toBe(false);
  expect(inKernel(border - 1n, X, 4)).toBe(false);
  expect(inKernel(2n ** 64n - 1n, X, 4)).toBe(false);
});

test("WCR and BCR as the manual draws them", () => {
  const store = install({ at: 0x1002n, bpLen: 3 });
  expect(arch.encode(store.register, 0)).toEqual({
    address: 0x1000n,
    control: 0b00011100_10_10_1,
    mask: 0,
  });
  const execute = install({ at: 0x1004n, bpType: X });
  expect(arch.encode(execute.register, 0)).toEqual({
    address: 0x1004n,
    control: 0b00001111_00_10_1,
    mask: 0,
  });
});

test("kernel: selftests/breakpoints, a write traps at the watched bytes and not beside them", () => {
  for (const size of [1, 2, 4, 8, 16, 32]) {
    const bpLen = Math.min(size, 8);
    for (let offset = 0; offset < 32; offset += size) {
      const at = 0x1000n + BigInt(offset);
      const watched = [at - BigInt(size), at, at + BigInt(size)];
      const hits = watched.map(
        (place) => match([install({ at: place, bpLen })], { at, size }).hits,
      );
      expect(hits, `${size} bytes at ${offset}`).toEqual([0, 1, 0]);
    }
    const before = { at: 0x1000n - BigInt(size), size };
    expect(match([install({ at: 0xff8n })], before).hits, `${size} bytes before`).toBe(1);
  }
});

test("an address outside the range is still the range's hit, for nothing else could trap", () => {
  const bp = install({ at: 0x1004n, bpLen: 4 });
  expect(match([bp], { at: 0x1000n, size: 8 }).hits).toBe(0b1);
});

test("without an exact range the closest one counts, and it alone", () => {
  const far = install({ at: 0x1018n });
  const near = install({ at: 0x1010n });
  const store = { at: 0x1000n, size: 32 };
  expect(match([far, near], store, reportsStart).hits).toBe(0b10);
  expect(match([near, far], store, reportsStart).hits).toBe(0b01);
  expect(match([near, near], store, reportsStart).hits).toBe(0b01);
});

test("the closest range may be one that did not trap: the wrong event counts", () => {
  const trapped = install({ at: 0x1010n });
  const bystander = install({ at: 0xff8n });
  const store = { at: 0x1000n, size: 32 };
  expect(match([trapped, bystander], store, reportsStart).hits).toBe(0b10);
});

test("of two ranges in one access the first register's may hide the other, wherever it lies", () => {
  const [low, high] = [install({ bpLen: 1 }), install({ at: 0x1004n, bpLen: 4 })];
  const store = { at: 0x1000n, size: 8 };
  expect(match([high, low], store).hits).toBe(0b01);
  expect(match([low, high], store).hits).toBe(0b01);
  expect(match([undefined, low, high], store).hits).toBe(0b010);
  const whole = install({ bpLen: 8 });
  expect(match([whole, high], store).hits).toBe(0b01);
  expect(match([high, whole], store).hits).toBe(0b11);
});

test("every range that has the reported address counts", () => {
  const slots = [install({ bpLen: 4 }), install({ bpLen: 8 }), install({ at: 0x1004n, bpLen: 4 })];
  expect(match(slots, { at: 0x1000n, size: 4 }).hits).toBe(0b011);
});

test("loads and stores find the ranges of their kind", () => {
  const slots = [install({ bpType: R }), install({ bpType: W })];
  expect(match(slots, { at: 0x1000n, kind: "load" }).hits).toBe(0b01);
  expect(match(slots, { at: 0x1000n, kind: "store" }).hits).toBe(0b10);
});

test("an atomic is reported as a read where a read is watched, and as a write elsewhere", () => {
  const slots = [install({ bpType: R }), install({ bpType: W })];
  expect(match(slots, { at: 0x1000n, kind: "rmw" }).hits).toBe(0b01);
  expect(match([install({ bpType: W })], { at: 0x1000n, kind: "rmw" }).hits).toBe(0b1);
});

test("what the kernel does to watched user memory is stepped over, uncounted", () => {
  const uaccess = { at: 0x1000n, mode: "kernel", uaccess: true } as const;
  expect(match([install({})], uaccess)).toEqual({ hits: 0, extraneous: 1 });
  expect(match([install({})], { ...uaccess, uaccess: false })).toEqual({ hits: 0, extraneous: 0 });
});

test("the kernel's own memory is watched in kernel mode only", () => {
  const bp = install({ at: KERNEL });
  expect(match([bp], { at: KERNEL, mode: "kernel" }).hits).toBe(1);
  expect(match([bp], { at: KERNEL, mode: "user" }).hits).toBe(0);
});

test("older kernels cut a range off at its window, report no inexact hit, and report uaccess", () => {
  const old = (flaw: Partial<Arm64Features>) => arm64({ ...POOLS, ...flaw });
  const cut = old({ truncates: true });
  const bp = install({ at: 0x1006n, bpLen: 4 }, cut);
  expect(bp.register).toMatchObject({ first: 0x1006n, last: 0x1007n });
  expect(match([bp], { at: 0x1008n, size: 1 }, cut).hits).toBe(0);

  const inexact = { at: 0x1000n, size: 8 };
  expect(
    match(
      [install({ at: 0x1004n, bpLen: 4 })],
      inexact,
      old({ exactOnly: true, reportsStart: true }),
    ).hits,
  ).toBe(0);

  const uaccess = { at: 0x1000n, mode: "kernel", uaccess: true } as const;
  expect(match([install({})], uaccess, old({ reportsUaccess: true })).hits).toBe(1);
});
