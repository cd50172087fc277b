import fc from "fast-check";
import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import { resolveAccess } from "./access.ts";
import { hitsIn } from "./architecture.ts";
import { x86 } from "./x86.ts";

const arch = x86({ bpext: false, kprobes: false });
const amd = x86({ bpext: true, kprobes: true });
const KERNEL = asVa(0xffff_8880_0000_1000n);

/** "ok" or the errno, for one request. */
function parse(bpType: number, bpLen: number, bpAddr = 0x1000n, on = arch): string {
  const parsed = on.archParse({ bpAddr: asVa(bpAddr), bpLen, bpType });
  return parsed.ok ? "ok" : parsed.error;
}

test("write watches have a length of 1, 2, 4 or 8", () => {
  const lengths = Array.from({ length: 16 }, (_, length) => length);
  expect(lengths.filter((length) => parse(2, length) === "ok")).toEqual([1, 2, 4, 8]);
  expect(new Set(lengths.map((length) => parse(2, length)))).toEqual(new Set(["ok", "EINVAL"]));
});

test("longer powers of two are EOPNOTSUPP, and EINVAL if they are also misaligned", () => {
  const powers = [16, 32, 64, 128, 256, 512, 1024];
  expect(new Set(powers.map((length) => parse(2, length)))).toEqual(new Set(["EOPNOTSUPP"]));
  expect(parse(2, 24)).toBe("EINVAL");
  expect(parse(2, 4096, 0x1010n)).toBe("EINVAL");
});

test("data must be aligned to its length", () => {
  for (const length of [1, 2, 4, 8]) {
    for (let offset = 0; offset < 8; offset++) {
      const expected = offset % length === 0 ? "ok" : "EINVAL";
      expect(parse(2, length, 0x1000n + BigInt(offset)), `${offset}/${length}`).toBe(expected);
    }
  }
});

test("the types are W, RW and X, at their length; R alone is EINVAL", () => {
  const types = Array.from({ length: 10 }, (_, type) => type);
  expect(types.filter((type) => parse(type, 8) === "ok")).toEqual([2, 3, 4]);
  expect(types.map((type) => parse(type, 8)).filter((it) => it === "EINVAL")).toHaveLength(7);
});

test("an instruction breakpoint has length 8 and any address", () => {
  const lengths = Array.from({ length: 17 }, (_, length) => length);
  expect(lengths.filter((length) => parse(4, length) === "ok")).toEqual([8]);
  expect(parse(4, 8, 0x1003n)).toBe("ok");
  expect(parse(4, 16)).toBe("EINVAL");
});

test("the range may not wrap around the end of memory", () => {
  expect(parse(2, 8, 2n ** 64n - 8n)).toBe("ok");
  expect(parse(2, 16, 2n ** 64n - 8n)).toBe("EINVAL");
  expect(parse(2, 0, 0n)).toBe("EINVAL");
});

test("kernel code may be watched with kprobes only, kernel data always, the entry area never", () => {
  expect(parse(4, 8, KERNEL)).toBe("EINVAL");
  expect(parse(4, 8, KERNEL, amd)).toBe("ok");
  expect(parse(2, 8, KERNEL)).toBe("ok");
  for (const on of [arch, amd]) expect(parse(2, 8, 0xffff_fe00_0000_1000n, on)).toBe("EINVAL");
});

test("AMD's extension takes any aligned power of two and masks the low address bits", () => {
  const parsed = amd.archParse({ bpAddr: asVa(0x1000n), bpLen: 4096, bpType: 2 });
  if (!parsed.ok) throw new Error(parsed.error);
  expect(amd.encode(parsed.value.register, 0)).toEqual({
    address: 0x1000n,
    control: 0x0001_0202,
    mask: 4095,
  });
  expect(parse(2, 4096, 0x1010n, amd)).toBe("EINVAL");
});

test("the kernel begins at the last page of the lower half", () => {
  const inKernel = (bpAddr: bigint) => arch.inKernelSpace(install({ bpAddr, bpLen: 8 }));
  expect(inKernel(0x7fff_ffff_eff8n)).toBe(false);
  expect(inKernel(0x7fff_ffff_f000n)).toBe(true);
  expect(inKernel(KERNEL)).toBe(true);
});

test("DR7 as the manual draws it: write of 4 bytes in slot 1, execute in slot 3", () => {
  const write = install({ bpAddr: 0x1004n, bpLen: 4 });
  expect(arch.encode(write.register, 1)).toEqual({
    address: 0x1004n,
    control: 0x00d0_0208,
    mask: 0,
  });
  const execute = install({ bpAddr: 0x1001n, bpLen: 8, bpType: 4 });
  expect(arch.encode(execute.register, 3).control).toBe(0x0000_0280);
});

const kinds = fc.constantFrom("load", "store", "rmw", "fetch");
const requests = fc
  .record({
    bpType: fc.constantFrom(2, 3, 4),
    power: fc.integer({ min: 0, max: 12 }),
    index: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ bpType, power, index }) => {
    const bpLen = bpType === 4 ? 8 : 2 ** power;
    return { bpType, bpLen, bpAddr: asVa(0x10000n + BigInt(index * (bpType === 4 ? 1 : bpLen))) };
  });

test("a register reads back as it was written, in every slot", () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 0, max: 3 }), (request, slot) => {
      const { register } = install(request, amd);
      expect(amd.decode(amd.encode(register, slot), slot)).toEqual(register);
      expect(amd.decode({ address: 0n, control: 0, mask: 0 }, slot)).toBeUndefined();
    }),
  );
});

test("four slots share one DR7 and do not disturb each other", () => {
  fc.assert(
    fc.property(fc.array(requests, { minLength: 4, maxLength: 4 }), (four) => {
      const armed = four.map((request) => install(request, amd).register);
      const written = armed.map((register, slot) => amd.encode(register, slot));
      const dr7 = written.reduce((image, { control }) => (image | control) >>> 0, 0);
      const read = written.map((it, slot) => amd.decode({ ...it, control: dr7 }, slot));
      expect(read).toEqual(armed);
    }),
  );
});

test("an access hits when one of its bytes is watched for its kind", () => {
  fc.assert(
    fc.property(
      requests,
      kinds,
      fc.integer({ min: -80, max: 80 }),
      fc.constantFrom(1, 2, 4, 8, 16, 32),
      (request, kind, offset, size) => {
        const bp = install(request, amd);
        const address = asVa(bp.first + BigInt(offset));
        const access = resolveAccess(amd, { address, size, kind });
        expect(amd.accessMatches(bp, access) === "hit").toBe(
          byteByByte(request, { address, size, kind }),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test("each slot whose register matches is a hit of its own", () => {
  const slots = [
    install({ bpAddr: 0x1000n, bpLen: 4 }),
    undefined,
    install({ bpAddr: 0x1004n, bpLen: 4 }),
    install({ bpAddr: 0x1008n, bpLen: 4 }),
  ];
  const access = resolveAccess(arch, { address: asVa(0x1000n), size: 8, kind: "store" });
  expect(hitsIn(arch.matchSlots(slots, access))).toBe(0b0101);
});

test("the registers compare in kernel mode, too: what must not count is dropped later", () => {
  const access = { address: asVa(0x1000n), size: 8, kind: "store", mode: "kernel" } as const;
  const bp = install({ bpAddr: 0x1000n, bpLen: 8 });
  expect(arch.accessMatches(bp, resolveAccess(arch, access))).toBe("hit");
});

function install(attr: { bpAddr: bigint; bpLen: number; bpType?: number }, on = arch) {
  const parsed = on.archParse({ ...attr, bpAddr: asVa(attr.bpAddr), bpType: attr.bpType ?? 2 });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function byteByByte(
  bp: { bpAddr: bigint; bpLen: number; bpType: number },
  access: { address: bigint; size: number; kind: string },
): boolean {
  if (bp.bpType === 4) return access.kind === "fetch" && access.address === bp.bpAddr;
  if (access.kind === "fetch" || (access.kind === "load" && bp.bpType === 2)) return false;
  for (let byte = 0n; byte < access.size; byte++) {
    const at = access.address + byte;
    if (at >= bp.bpAddr && at < bp.bpAddr + BigInt(bp.bpLen)) return true;
  }
  return false;
}
