import { expect, test } from "vitest";
import { explore } from "../explore/index.ts";
import { load } from "../scenario/index.ts";
import { explorableProgram } from "./explorable-program.ts";

function checked(outcome: string) {
  const loaded = load(`arch x86
var x 8
P: open e write x period 1 exclude-kernel remove-on-exec sigtrap
P: store x -> ${outcome}
`);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error("no program");
  return explore(explorableProgram(program, "it"), { fuse: true });
}

test("a statement that is done and ends in its actor's death has killed it", () => {
  expect(checked("killed SIGTRAP").verdict).toBe("ok");
});

test("it is not killed by another signal, nor does it live", () => {
  expect(checked("killed SIGIO").counterexample?.property).toBe("expectation");
});
