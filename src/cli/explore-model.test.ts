import { expect, test } from "vitest";
import { type Exploration, explore } from "../explore/index.ts";
import { load, type Program } from "../scenario/index.ts";
import { HuntedKernel } from "./explore-model.ts";

function programOf(arch: string, ...lines: readonly string[]): Program {
  const loaded = load([`arch ${arch}`, "var x 8", ...lines].join("\n"));
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new Error(JSON.stringify(loaded));
  return program;
}

interface Hunted {
  readonly result: Exploration;
  readonly model: HuntedKernel;
}

function hunt(program: Program, known: readonly string[] = [], detours = false): Hunted {
  const model = new HuntedKernel(program, new Set(known), { name: "test", detours });
  return { result: explore(model, { store: "fingerprint", fuse: true }), model };
}

const WINDOW = ["P: open e write x", "P: fork C", "C: disable e", "P: store x"];

test("one fault looks the same on each design, to each task, with other programs around it", () => {
  const symptoms = [
    programOf("powerpc-dawr design c", ...WINDOW),
    programOf("powerpc-dawr design per-cpu", ...WINDOW),
    programOf(
      "powerpc-dawr design c",
      "P: fork C",
      "C: open e write x",
      "C: fork D",
      "D: disable e",
      "C: store x",
    ),
  ].map((program) => hunt(program).model.symptom);
  expect(new Set(symptoms)).toEqual(
    new Set([
      "unexplained-sigtrap in user mode; task N neither is stepped nor watches this; a free register; its event is disabled",
    ]),
  );
});

test("faults of other causes look different, though property and function are the same", () => {
  const swapped = programOf(
    "powerpc-dawr design c",
    "P: open e write x inherit",
    "P: fork C",
    "C: store x",
    "P: store x",
  );
  const ofCpu = programOf(
    "powerpc-dawr design c",
    "P: open e write x target none cpu0",
    "P: fork C",
    "C: store x",
    "P: store x",
  );
  const [one, other] = [hunt(swapped), hunt(ofCpu)];
  expect(one.result.counterexample?.property).toBe("missed-hit");
  expect(other.result.counterexample?.property).toBe("missed-hit");
  expect(one.model.symptom).toContain("its event has its register off");
  expect(other.model.symptom).toContain("the CPU's event has its register off");
});

test("a known failure ends its run, and nothing else", () => {
  const program = programOf("powerpc-dawr design c", ...WINDOW);
  const { symptom } = hunt(program).model;
  const { result, model } = hunt(program, [symptom]);
  expect(result.counterexample).toBeUndefined();
  expect(result.bounds).toEqual(["capacity"]);
  expect(model.wasCut).toBe(true);
  expect(result.states).toBeGreaterThan(hunt(program).result.states);
});

test("a task that runs with more breakpoints than were counted for it is a failure at the end", () => {
  const swapped = [
    "P: open e write x inherit",
    "P: fork C",
    "P: fork D",
    "barrier",
    "C: exit",
    "D: load x",
  ];
  expect(hunt(programOf("x86", ...swapped)).result.counterexample?.property).toBe("overcommit");
  const alone = ["P: open e write x", "P: open d write x", "P: close e", "P: load x"];
  expect(hunt(programOf("x86", ...alone)).result.verdict).toBe("ok");
});

test("an inherited event that a fork has kept out of an ioctl is a failure at the end", () => {
  const race = ["P: open e write x inherit", "P: fork C", "barrier", "C: fork D", "P: disable e"];
  const { result } = hunt(programOf("x86", ...race), [], true);
  expect(result.counterexample?.what).toBe("event 3 is on, and its parent was disabled");
  const executed = ["P: open e write x disabled inherit enable-on-exec", "P: fork C", "C: exec"];
  expect(hunt(programOf("x86", ...executed)).result.verdict).toBe("ok");
});

test("a slot that is never given back is a failure at the end", () => {
  const closed = ["P: open e write x", "P: close e", "P: exit"];
  const { result, model } = hunt(programOf("x86", "without fix Z13", ...closed));
  expect(result.counterexample?.property).toBe("leaked-slot");
  expect(model.symptom).toContain("N slots are accounted for, N are held");
  expect(hunt(programOf("x86", ...closed)).result.verdict).toBe("ok");
});
