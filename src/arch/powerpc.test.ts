import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import { type AccessSpec, resolveAccess } from "./access.ts";
import { type BpAttr, extraneousIn, hitsIn, type Installed } from "./architecture.ts";
import { ARCHITECTURES } from "./index.ts";
import { matchAccess } from "./match.ts";
import { powerpc } from "./powerpc.ts";

const dabr = ARCHITECTURES["powerpc-dabr"];
const dawr = ARCHITECTURES["powerpc-dawr"];
const p10 = ARCHITECTURES["powerpc-p10"];
const R = 1;
const W = 2;
const RW = 3;

type Arch = typeof dawr;
type Attr = Partial<BpAttr> & { at?: bigint; len?: number };

/** "ok" or the errno. */
function parse(arch: Arch, { at = 0x1000n, len = 8, ...rest }: Attr): string {
  const parsed = arch.archParse({ bpAddr: asVa(at), bpLen: len, bpType: RW, ...rest });
  return parsed.ok ? "ok" : parsed.error;
}

function install(arch: Arch, { at = 0x1000n, len = 8, ...rest }: Attr): Installed {
  const parsed = arch.archParse({ bpAddr: asVa(at), bpLen: len, bpType: RW, ...rest });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

type Spec = Partial<Omit<AccessSpec, "address" | "fault">> & { at: bigint; fault?: bigint };

function verdict(arch: Arch, bp: Installed, { at, fault, ...rest }: Spec): string {
  const spec = { address: asVa(at), size: 8, kind: "store" as const, ...rest };
  const access = fault === undefined ? spec : { ...spec, fault: asVa(fault) };
  return arch.accessMatches(bp, resolveAccess(arch, access));
}

test("a range needs bytes, and a load or a store; what it also says about execution is let pass", () => {
  const types = Array.from({ length: 9 }, (_, bpType) => bpType);
  const accepted = types.filter((bpType) => parse(dawr, { bpType }) === "ok");
  expect(accepted).toEqual([1, 2, 3, 5, 6, 7]);
  expect(parse(dawr, { len: 0 })).toBe("EINVAL");
});

test("a DABR range stays in its double word", () => {
  const fits = (at: bigint, len: number) => parse(dabr, { at, len }) === "ok";
  for (let offset = 0; offset < 8; offset++) {
    const lengths = Array.from({ length: 9 }, (_, length) => length + 1);
    const longest = lengths.filter((length) => fits(0x1000n + BigInt(offset), length)).at(-1);
    expect(longest).toBe(8 - offset);
  }
});

test("a DAWR range stays in its block of 512 bytes before Power10", () => {
  expect(parse(dawr, { at: 0x1000n, len: 512 })).toBe("ok");
  expect(parse(dawr, { at: 0x1008n, len: 504 })).toBe("ok");
  expect(parse(dawr, { at: 0x1008n, len: 505 })).toBe("EINVAL");
  expect(parse(dawr, { at: 0x11f9n, len: 7 })).toBe("ok");
  expect(parse(dawr, { at: 0x11f9n, len: 8 })).toBe("EINVAL");
});

test("a Power10 range may cross blocks, and its double words are 64 at most", () => {
  expect(parse(p10, { at: 0x1008n, len: 512 })).toBe("ok");
  expect(parse(p10, { at: 0x1009n, len: 511 })).toBe("ok");
  expect(parse(p10, { at: 0x1009n, len: 512 })).toBe("EINVAL");
});

test("lengths are kept in 16 bits: 65544 is taken for 8, and 65536 watches what nobody claims", () => {
  expect(install(p10, { len: 65544 })).toMatchObject({ length: 8, last: 0x1007n });
  const empty = install(p10, { len: 65536 });
  const access = resolveAccess(p10, { address: asVa(0x11f8n), size: 8, kind: "store" });
  expect(p10.traps(empty.register, access)).toBe(true);
  expect(p10.accessMatches(empty, access)).toBe("none");
});

test("kernel: perf-hwbreak's DAR outside, bytes 2 to 5 of a double word", () => {
  for (const arch of [dawr, p10]) {
    const bp = install(arch, { at: 0x1002n, len: 4 });
    const two = [0n, 1n, 5n, 6n].map((offset) =>
      verdict(arch, bp, { at: 0x1000n + offset, size: 2 }),
    );
    expect(two).toEqual(["extraneous", "hit", "hit", "extraneous"]);
    expect(verdict(arch, bp, { at: 0x1000n, size: 8 })).toBe("hit");
    expect(verdict(arch, bp, { at: 0x1008n, size: 8 })).toBe("none");
  }
});

test("kernel: ptrace-hwbreak's unaligned range, bytes 6 to 11, access at byte 4", () => {
  const bp = install(dawr, { at: 0x1006n, len: 6, bpType: W });
  expect(bp.register).toMatchObject({ first: 0x1000n, last: 0x100fn });
  expect(verdict(dawr, bp, { at: 0x1004n, size: 4 })).toBe("hit");
  expect(verdict(dawr, bp, { at: 0x1004n, size: 4, kind: "load" })).toBe("none");
});

test("a 16-byte access traps on whole quad words before Power10, on double words since", () => {
  const at = 0x1008n;
  const [old, recent] = [install(dawr, { at: 0x1000n }), install(p10, { at: 0x1000n })];
  expect(verdict(dawr, old, { at, size: 16 })).toBe("extraneous");
  expect(verdict(p10, recent, { at, size: 16 })).toBe("none");
});

test("vector accesses are aligned to their size, and dcbz is a store to a whole cache line", () => {
  const bp = install(dawr, { at: 0x1000n, bpType: W });
  expect(verdict(dawr, bp, { at: 0x100cn, size: 16, form: "vector" })).toBe("hit");
  expect(verdict(dawr, bp, { at: 0x1078n, size: 1, form: "dcbz" })).toBe("hit");
  expect(verdict(dawr, bp, { at: 0x1080n, size: 1, form: "dcbz" })).toBe("none");
  expect(verdict(dawr, install(dawr, { bpType: R }), { at: 0x1000n, form: "dcbz" })).toBe("none");
});

test("the register compares in the modes that are not excluded", () => {
  const user = install(dawr, { excludeKernel: true });
  const kernel = install(dawr, { excludeUser: true });
  expect(verdict(dawr, user, { at: 0x1000n })).toBe("hit");
  expect(verdict(dawr, user, { at: 0x1000n, mode: "kernel", uaccess: true })).toBe("none");
  expect(verdict(dawr, kernel, { at: 0x1000n })).toBe("none");
  expect(verdict(dawr, kernel, { at: 0x1000n, mode: "kernel" })).toBe("hit");
});

test("an instruction that cannot be analysed counts by its fault address on Power10 only", () => {
  const access = { at: 0x1006n, size: 4, form: "unknown" } as const;
  const bp = { at: 0x1000n, len: 4 };
  expect(verdict(dawr, install(dawr, bp), access)).toBe("hit");
  expect(verdict(p10, install(p10, bp), access)).toBe("hit");
  const two = [install(p10, { at: 0x2000n }), install(p10, bp)];
  const spec = { address: asVa(0x1006n), size: 4, kind: "store", form: "unknown" } as const;
  expect(hitsIn(matchAccess(p10, two, resolveAccess(p10, spec)))).toBe(0b10);
  expect(hitsIn(matchAccess(dawr, two, resolveAccess(dawr, spec)))).toBe(0b11);
});

test("an unreadable instruction is a hit whatever the privileges", () => {
  const spec = { address: asVa(0x1000n), size: 8, kind: "store", form: "unreadable" } as const;
  const bps = [install(dawr, {}), install(dawr, { at: 0x3000n, excludeUser: true })];
  expect(hitsIn(matchAccess(dawr, bps, resolveAccess(dawr, spec)))).toBe(0b11);

  const two = [install(p10, {}), install(p10, { at: 0x3000n })];
  expect(hitsIn(matchAccess(p10, two, resolveAccess(p10, spec)))).toBe(0b01);
});

test("an instruction of unknown kind passes for every kind, once another register trapped", () => {
  const slots = [install(p10, { bpType: R }), install(p10, { bpType: W })];
  const spec = { address: asVa(0x1000n), size: 8, kind: "load", form: "unknown" } as const;
  expect(hitsIn(matchAccess(p10, slots, resolveAccess(p10, spec)))).toBe(0b11);
});

test("two DAWRs: a write of one variable and a read of the other are told apart", () => {
  const slots = [install(p10, { bpType: W }), install(p10, { at: 0x1008n, bpType: R })];
  const match = (kind: "load" | "store", address: bigint, size: number) =>
    matchAccess(p10, slots, resolveAccess(p10, { address: asVa(address), size, kind }));
  expect(hitsIn(match("store", 0x1000n, 8))).toBe(0b01);
  expect(hitsIn(match("load", 0x1008n, 8))).toBe(0b10);
  expect(match("load", 0x1000n, 8)).toBe(0);
  expect(hitsIn(match("store", 0x1004n, 8))).toBe(0b01);
});

test("a neighbour's hit is another's extraneous trap when both share a double word", () => {
  const slots = [install(p10, { len: 4 }), install(p10, { at: 0x1004n, len: 4 })];
  const access = resolveAccess(p10, { address: asVa(0x1004n), size: 4, kind: "store" });
  const matches = matchAccess(p10, slots, access);
  expect([hitsIn(matches), extraneousIn(matches)]).toEqual([0b10, 0b01]);
});

test("DABR and DABRX as the manual draws them: write, translated, all privileges", () => {
  const { register } = install(dabr, { bpType: W });
  expect(dabr.encode(register, 0)).toEqual({ address: 0x1006n, control: 0b111, mask: 0 });
});

test("DAWRX as the manual draws it: 64 double words, read, user only", () => {
  const attr = { len: 512, bpType: R, excludeKernel: true, excludeHv: true };
  expect(dawr.encode(install(dawr, attr).register, 0)).toEqual({
    address: 0x1000n,
    control: 0b111111_000_0110001,
    mask: 0,
  });
});

test("an unaligned address arms a DABR for accesses that no event then claims", () => {
  const bp = install(dabr, { at: 0x1001n, len: 4, bpType: W });
  const load = resolveAccess(dabr, { address: asVa(0x1000n), size: 8, kind: "load" });
  expect(dabr.traps(bp.register, load)).toBe(true);
  expect(dabr.accessMatches(bp, load)).toBe("none");

  const reads = install(dabr, { at: 0x1002n, len: 4, bpType: R });
  const store = resolveAccess(dabr, { address: asVa(0x1000n), size: 8, kind: "store" });
  expect(dabr.traps(reads.register, store)).toBe(true);
  const aligned = install(dabr, { at: 0x1000n, len: 4, bpType: R });
  expect(dabr.traps(aligned.register, store)).toBe(false);
});

test("the kernel's half begins at 0xc000000000000000", () => {
  expect(dawr.inKernelSpace(install(dawr, { at: 0xc000_0000_0000_0000n }))).toBe(true);
  expect(dawr.inKernelSpace(install(dawr, { at: 0xbfff_ffff_ffff_fff8n }))).toBe(false);
});

test("before 2018 a range across two blocks was accepted, and its second half not watched", () => {
  const old = flawed({ wideBlock: true });
  const across = { at: 0x11f0n, len: 32 };
  expect(parse(dawr, across)).toBe("EINVAL");
  expect(verdict(old, install(old, across), { at: 0x11f8n })).toBe("hit");
  expect(verdict(old, install(old, across), { at: 0x1200n })).toBe("none");
});

test("before 2019 the last double word of an unaligned range was not watched", () => {
  const old = flawed({ unrounded: true });
  const unaligned = { at: 0x1006n, len: 6 };
  expect(verdict(dawr, install(dawr, unaligned), { at: 0x1008n })).toBe("hit");
  expect(verdict(old, install(old, unaligned), { at: 0x1008n })).toBe("none");
});

test("before 2019 a hit whose reported address was below the range went uncounted", () => {
  const old = flawed({ judgedByFault: true });
  const unaligned = { at: 0x1004n, len: 4 };
  expect(verdict(dawr, install(dawr, unaligned), { at: 0x1000n })).toBe("hit");
  expect(verdict(old, install(old, unaligned), { at: 0x1000n })).toBe("extraneous");
  expect(verdict(old, install(old, unaligned), { at: 0x1000n, fault: 0x1004n })).toBe("hit");
});

function flawed(flaw: { wideBlock?: true; unrounded?: true; judgedByFault?: true }): Arch {
  return powerpc({ dawr: true, arch31: false, ...flaw }, dawr);
}
