import fc from "fast-check";
import { expect, test } from "vitest";
import { Kallsyms } from "./kallsyms.ts";

const TEXT = `0000000000000000 A fixed_percpu_data
0000000000001000 a cpu_debug_store
ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000040 t __local
ffffffff81000040 t local
ffffffff81000100 T _end
ffffffffc0001000 t probe\t[nf_tables]
ffffffffc0002000 t bpf_prog_0123_f\t[bpf]
`;

function named(text: string, ...addresses: bigint[]) {
  const kallsyms = new Kallsyms(Buffer.from(text));
  return addresses.map((it) => kallsyms.lookup(it)?.name);
}

test("an address has the name of the symbol that it is in or behind, the plainest of several", () => {
  const base = 0xffffffff81000000n;
  expect(named(TEXT, base, base + 0x3fn, base + 0x40n, base + 0xffn)).toEqual([
    "startup_64",
    "startup_64",
    "local",
    "local",
  ]);
});

test("behind the end of the kernel, before its start and per CPU there are no names", () => {
  const addresses = [
    0x1000n,
    0n,
    -1n,
    0xffffffff80ffffffn,
    0xffffffff81000100n,
    0xffffffffb0000000n,
  ];
  expect(named(TEXT, ...addresses)).toEqual(addresses.map(() => undefined));
});

test("a module's symbol names its module", () => {
  const kallsyms = new Kallsyms(Buffer.from(TEXT));
  expect(kallsyms.lookup(0xffffffffc0001010n)).toEqual({
    name: "probe",
    address: 0xffffffffc0001000n,
    module: "nf_tables",
  });
});

test("addresses that are all zero mean no names, and it is said why", () => {
  const hidden = new Kallsyms(Buffer.from("0000000000000000 T _stext\n0000000000000000 T f\n"));
  expect(hidden.unavailable).toContain("kernel.kptr_restrict");
  expect(hidden.lookup(0n)).toBeUndefined();
  expect(Kallsyms.read("/nowhere").unavailable).toContain("CONFIG_KALLSYMS");
  expect(new Kallsyms(Buffer.from(TEXT)).unavailable).toBeUndefined();
});

test("any text is read without a failure", () => {
  const piece = fc.constantFrom("0", "f", " ", "T", "\n", "\t", "[m]", "ffffffff81000000 T x\n");
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 60 }), (text) => {
      const found = new Kallsyms(Buffer.from(text)).lookup(0xffffffff81000000n);
      if (text.startsWith("ffffffff81000000 T x\n")) expect(found).toBeDefined();
    }),
  );
});
