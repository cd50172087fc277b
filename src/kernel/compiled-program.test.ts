import { expect, test } from "vitest";
import { ARCHITECTURES } from "../arch/index.ts";
import { AddressSpace } from "./address-space.ts";
import { CompiledProgram } from "./compiled-program.ts";
import { ProgramBuilder, store } from "./program-builder.ts";

test("a program may have more statements than a call has arguments", () => {
  const builder = new ProgramBuilder({ arch: "x86" }).variable("x").task("P");
  for (let statement = 0; statement < 150_000; statement++) {
    if (statement === 100_000) builder.barrier();
    builder.do("P", store("x"));
  }
  const program = builder.build();
  const { steps, phases } = new CompiledProgram(
    program,
    new AddressSpace(ARCHITECTURES.x86, program),
  );
  expect([steps.length, phases]).toEqual([150_000, 2]);
});
