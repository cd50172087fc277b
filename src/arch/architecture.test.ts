import fc from "fast-check";
import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import {
  ARCHITECTURES,
  architectureOf,
  extraneousIn,
  hitsIn,
  hostArchitecture,
  matchAccess,
  resolveAccess,
  slotClass,
} from "./index.ts";

const archs = fc.constantFrom(...Object.values(ARCHITECTURES));
const kinds = fc.constantFrom("load", "store", "rmw", "fetch");
const requests = fc.record({
  bpAddr: fc.integer({ min: 0x1ff0, max: 0x2010 }).map((it) => asVa(BigInt(it))),
  bpLen: fc.integer({ min: 1, max: 20 }),
  bpType: fc.constantFrom(1, 2, 3, 4),
  excludeUser: fc.boolean(),
  excludeKernel: fc.boolean(),
});
const accesses = fc.record({
  address: fc.integer({ min: 0x1fe0, max: 0x2020 }).map((it) => asVa(BigInt(it))),
  size: fc.constantFrom(1, 2, 4, 8, 16, 32),
  kind: kinds,
});

test("a register reads back as it was written, in every slot of every architecture", () => {
  const slots = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(archs, requests, slots, (arch, request, slot) => {
      const parsed = arch.archParse(request);
      fc.pre(parsed.ok);
      const { register } = parsed.value;
      expect(arch.decode(arch.encode(register, slot), slot)).toEqual(register);
      expect(arch.decode({ address: 0n, control: 0, mask: 0 }, slot)).toBeUndefined();
    }),
  );
});

test("a user's access hits exactly when one of its bytes is watched for its kind", () => {
  fc.assert(
    fc.property(archs, requests, accesses, (arch, request, spec) => {
      const wish = { ...request, excludeUser: false };
      const parsed = arch.archParse(wish);
      fc.pre(parsed.ok);
      const verdict = arch.accessMatches(parsed.value, resolveAccess(arch, spec));
      expect(verdict === "hit").toBe(touches(wish, spec));
    }),
    { numRuns: 2000 },
  );
});

test("one slot alone is judged as among all, wherever it stands", () => {
  fc.assert(
    fc.property(archs, requests, accesses, (arch, request, spec) => {
      const parsed = arch.archParse(request);
      fc.pre(parsed.ok);
      const access = resolveAccess(arch, spec);
      const verdict = arch.accessMatches(parsed.value, access);
      const matches = matchAccess(arch, [undefined, undefined, parsed.value], access);
      expect(hitsIn(matches)).toBe(verdict === "hit" ? 0b100 : 0);
      expect(extraneousIn(matches)).toBe(verdict === "extraneous" ? 0b100 : 0);
    }),
    { numRuns: 1000 },
  );
});

test("the sixteenth slot fits the verdicts, hit or extraneous", () => {
  const arch = ARCHITECTURES.arm64;
  const parsed = arch.archParse({ bpAddr: asVa(0x1000n), bpLen: 8, bpType: 2 });
  if (!parsed.ok) throw new Error(parsed.error);
  const slots = [...Array.from({ length: 15 }, () => undefined), parsed.value];
  const store = { address: asVa(0x1000n), size: 8, kind: "store" } as const;
  const byKernel = { ...store, mode: "kernel", uaccess: true } as const;
  expect(hitsIn(matchAccess(arch, slots, resolveAccess(arch, store)))).toBe(0x8000);
  expect(extraneousIn(matchAccess(arch, slots, resolveAccess(arch, byKernel)))).toBe(0x8000);
});

test("every listed length is accepted somewhere, and no other data length is", () => {
  for (const arch of Object.values(ARCHITECTURES)) {
    const accepted = Array.from({ length: 600 }, (_, length) => length).filter(
      (bpLen) => arch.archParse({ bpAddr: asVa(0x1000n), bpLen, bpType: 2 }).ok,
    );
    expect(accepted, arch.name).toEqual(arch.dataLengths);
  }
});

test("an architecture without instruction slots has no rule for them, and the other way round", () => {
  for (const arch of Object.values(ARCHITECTURES)) {
    expect(arch.execute === undefined, arch.name).toBe(arch.slots.inst === 0);
    const bpLen = arch.executeLength;
    const parsed = arch.archParse({ bpAddr: asVa(0x1000n), bpLen, bpType: 4 });
    expect(parsed.ok, arch.name).toBe(arch.slots.inst > 0);
  }
});

test("a type is data if it reads or writes, and instruction if it does neither", () => {
  const types = Array.from({ length: 9 }, (_, type) => type);
  expect(types.filter((type) => slotClass(type) === "inst")).toEqual([0, 4, 8]);
});

test("a computer is known by Node's name of it, an architecture by its own", () => {
  const hosts = ["x64", "arm64", "ppc64", "riscv64"].map((it) => hostArchitecture(it)?.name);
  expect(hosts).toEqual(["x86", "arm64", "powerpc-dawr", undefined]);
  for (const [name, arch] of Object.entries(ARCHITECTURES)) expect(architectureOf(name)).toBe(arch);
  expect(architectureOf("toString")).toBeUndefined();
});

test("an AMD computer takes long ranges and kernel code, as far as is known before opening", () => {
  const host = hostArchitecture("x64", ["fpu", "bpext"]);
  expect(host?.archParse({ bpAddr: asVa(0x4000n), bpLen: 4096, bpType: 2 }).ok).toBe(true);
  const kernelText = asVa(0xffff_ffff_8100_0000n);
  expect(host?.archParse({ bpAddr: kernelText, bpLen: 8, bpType: 4 }).ok).toBe(true);
});

/** The definition, byte by byte: what a watch means to a person. */
function touches(
  bp: { bpAddr: bigint; bpLen: number; bpType: number },
  access: { address: bigint; size: number; kind: string },
): boolean {
  if (access.kind === "fetch") return bp.bpType === 4 && access.address === bp.bpAddr;
  const reads = access.kind !== "store" && (bp.bpType & 1) !== 0;
  const writes = access.kind !== "load" && (bp.bpType & 2) !== 0;
  if (bp.bpType === 4 || !(reads || writes)) return false;
  const bytes = Array.from({ length: access.size }, (_, offset) => access.address + BigInt(offset));
  return bytes.some((it) => it >= bp.bpAddr && it < bp.bpAddr + BigInt(bp.bpLen));
}
