import { expect, test } from "vitest";
import { asm, BpfCode } from "./bpf-code.ts";

/** An instruction as eight bytes in hex. */
const hex = (insns: readonly Uint8Array[]) => insns.map((it) => Buffer.from(it).toString("hex"));

test("instructions are encoded as the kernel's assembler has them", () => {
  expect(hex([asm.movReg(6, 1), asm.exit(), asm.call(14)])).toEqual([
    "bf16000000000000",
    "9500000000000000",
    "850000000e000000",
  ]);
  expect(hex([asm.load64(1, 10, -8), asm.store32(10, 1, -20), asm.exchange64(7, 1, 8)])).toEqual([
    "79a1f8ff00000000",
    "631aecff00000000",
    "db170800e1000000",
  ]);
});

test("a jump goes over what lies between it and its label", () => {
  const code = new BpfCode();
  const end = code.label();
  code.jumpIfImm("eq", 0, 0, end);
  code.add(asm.movImm(0, 1));
  code.jump(end);
  code.place(end);
  code.add(asm.exit());
  expect(hex(code.assemble())).toEqual([
    "1500020000000000",
    "b700000001000000",
    "0500000000000000",
    "9500000000000000",
  ]);
});

test("a constant takes two instructions where its sign does not make it of 32 bits", () => {
  const sizes = [0n, -1n, 0x7fff_ffffn, 0x8000_0000n, -0x8000_0000n, 1n << 63n].map((value) => {
    const code = new BpfCode();
    code.constant(1, value);
    return code.assemble().length;
  });
  expect(sizes).toEqual([1, 1, 1, 2, 1, 2]);
});

test("a label that was never placed is our mistake", () => {
  const code = new BpfCode();
  code.jump(code.label());
  expect(() => code.assemble()).toThrow("jumps nowhere");
});
