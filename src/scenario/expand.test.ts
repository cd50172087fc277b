import { expect, test } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { load, type Program } from "./index.ts";

/** The program for the first machine of a text that has no errors. */
function program(text: string): Program {
  const loaded = load(text);
  const [first] = loaded.ok ? loaded.value.programs : [];
  if (first === undefined) throw new Error(JSON.stringify(loaded));
  return first;
}

function steps(text: string): string[] {
  return program(text).steps.map((step) => step.text);
}

/** `line: message` of everything that is said about a text. */
function said(text: string): string[] {
  const loaded = load(text);
  const show = ({ at, message }: Diagnostic) => `${at.line}: ${message}`;
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(show);
}

test("loops are unrolled with the constants of each machine", () => {
  const text = `arch x86
arch powerpc-p10 design c
var x 8
for i in 0..slots - 1 {
  P: open e[i] write x len 1 << i % 1
}`.replace(" % 1", " - i");
  const loaded = load(text);
  expect(loaded.ok && loaded.value.programs.map(({ steps }) => steps.length)).toEqual([4, 2]);
  expect(steps(text)[3]).toBe("P: open e[3] write x len 1");
});

test("what is left out is filled in: lengths, sizes, values, results", () => {
  const { steps, tasks, variables } = program(`arch x86
var x 24
func f
P: open e write x+8
P: open d execute f
P: store x+20
P: vload x
P: copy-to-user x+8
P: execute f`);
  expect(
    steps.map(({ action }) =>
      "spec" in action ? action.spec.len : "size" in action && action.size,
    ),
  ).toEqual([16, 8, 4, 16, 16, false]);
  expect(steps[2]).toMatchObject({ times: 1, expected: [{ kind: "ok" }], action: { value: 1 } });
  expect(tasks).toEqual([{ name: "P", cpu: undefined, user: "root" }]);
  expect(variables).toEqual([{ name: "x", size: 24, align: 128, kernel: false }]);
});

test("the length of an instruction breakpoint is the architecture's", () => {
  const { steps } = program("arch arm64\nfunc f\nP: open e execute f");
  expect(steps[0]).toMatchObject({ action: { spec: { type: 4, len: 4 } } });
});

test("a barrier starts the next phase", () => {
  const { steps } = program("arch x86\nP: fork C\nbarrier\nP: exit\nC: exit\nbarrier");
  expect(steps.map(({ phase }) => phase)).toEqual([0, 1, 1]);
});

test("claims in loops are claims for each turn, whatever is opened later", () => {
  const { expect: checks, reach } = program(`arch x86
cpus 2
for c in 0..1 {
  expect slots cpu c 4
  reach count e[c] 0 or 2..3
}
var x 8
for c in 0..1 {
  P: open e[c] write x
}`);
  expect(checks.map(({ text }) => text)).toEqual(["expect slots cpu0 4", "expect slots cpu1 4"]);
  expect(reach[1]).toMatchObject({
    text: "reach count e[1] 0 or 2..3",
    values: [
      { low: 0, high: 0 },
      { low: 2, high: 3 },
    ],
  });
});

test("declared families and tasks are there from the start", () => {
  const { tasks, functions } = program(`arch x86
cpus 2
var x 8
func f[2] does rmw x, load x size 4
task Q[2] cpu1 as nobody
Q[1]: execute f[0]`);
  expect(tasks.map(({ name, cpu, user }) => `${name} ${cpu} ${user}`)).toEqual([
    "Q[0] 1 nobody",
    "Q[1] 1 nobody",
  ]);
  expect(functions.map(({ name, body }) => [name, body.length])).toEqual([
    ["f[0]", 2],
    ["f[1]", 2],
  ]);
});

const HEAD = "arch x86\nvar x 8\nfunc f\nvar k 8 kernel\n";
const USES = "P: open u write x\nP: execute f\nP: open v write k\n";

test.each([
  ["P: wait D", '8: there is no task "D" here: fork it first, or declare it'],
  ["Cild: store x\nP: fork Child", '8: there is no task "Cild" here: fork it first, or declare it'],
  ["P: fork Child\nCild: store x", '9: there is no task "Cild" here; did you mean "Child"?'],
  ["P: fork C\nP: fork C", '9: "C" is a task already, since line 8: take another name'],
  ["P: fork C\nP: wait C", '9: "C" neither exits nor is killed: this wait never ends'],
  ["P: wait P", "8: P cannot wait for itself"],
  ["P: exit\nP: store x", '9: "P" has exited in line 8 and does nothing more'],
  ["P: read e", '8: there is no event "e" here'],
  [
    "P: open e write x\nP: open e write x",
    '9: "e" is open since line 8: close it, or take another name',
  ],
  ["P: open e write x\nP: close e\nP: read e", '10: "e" was closed in line 9'],
  ["P: open e write x -> ENOSPC\nP: read e", '9: there is no event "e" here'],
  ["P: open e write y", '8: there is no variable or function "y" here'],
  ["P: open e write x+8", '8: "x" has 8 bytes: there is no byte 8'],
  ["P: store x+4 size 8", '8: "x" has 8 bytes: this goes up to byte 11'],
  ["P: store x size 3", "8: store has 1, 2, 4 or 8 bytes, never 3"],
  ["P: store f", '8: "f" is no variable: nothing can store it'],
  ["P: store k", `8: "k" is the kernel's: a task cannot store it`],
  ["P: load x = 3", "8: load takes no value"],
  ["P: pin cpu1", "8: there is no cpu1: there is only cpu0; if that is the point, add -> EINVAL"],
  ["P: larx x", "8: nobody can larx on x86"],
  ["func g does dcbz x\nP: execute g", "8: nobody can dcbz on x86"],
  ["P: fork C\nP: set-debugreg C write x", "9: nobody can set-debugreg on x86"],
  ["P: attach P", "8: P cannot trace itself"],
  ["P: open e write x times 2", "8: open cannot be done several times in a row"],
  ["P: store x times 1000001", "8: times is 1000001: it must be from 1 to 1000000"],
  ["P: read u -> 3..2", "8: 3..2 is empty: the lower end comes first"],
  ["P: refresh u 1 - 2", "8: this comes to -1: numbers go from 0 to 2^53, literals to 2^64"],
  ["P: refresh u 1 / 0", "8: this comes to Infinity: numbers go from 0 to 2^53, literals to 2^64"],
  ["P: refresh u n", '8: "n" is no loop variable here, nor slots, inst-slots or cpus'],
  [
    "for i in 0..1 {\nfor i in 0..1 {\n}\n}",
    '9: "i" has a meaning here already: take another name',
  ],
  ["for cpus in 0..1 {\n}", '8: "cpus" has a meaning here already: take another name'],
  ["arch x86 slots 5", "8: x86 never has 5 slots: it has 4"],
  ["arch x86 inst-slots 4", "8: x86 has no inst-slots of its own: all its slots serve both"],
  ["arch powerpc-dawr slots 2", "8: powerpc-dawr never has 2 slots: it has 1"],
  ["arch arm64 slots 17", "8: arm64 never has 17 slots: it has 2 to 16"],
  ["arch x86 design a", "8: x86 has no designs: they are powerpc's"],
  ["cpus 17", "8: the number of CPUs is 17: it must be from 1 to 16"],
  ["cpus 1\ncpus 2", "9: cpus is given twice"],
  ["without fix seven", '8: "seven" is no fix: they are called Z11, Z31b, …'],
  ["var x 4", '8: "x" is declared twice'],
  ["var y 8 align 3", "8: the alignment is 3: it must be a power of two up to 65536"],
  ["var y 8", '8: "y" is never used'],
  ["func g does execute g\nP: execute g", '8: there is no function declared above "g" here'],
  ["task T[1000000]", "8: a family has 1 to 128 members, never 1000000"],
  ["expect count e 1", '8: there is no event "e" here'],
  [
    "expect slots cpu4 1",
    "8: there is no cpu4: there is only cpu0; if that is the point, add -> EINVAL",
  ],
])("%j is not let through", (text, message) => {
  expect(said(HEAD + USES + text)).toContain(message);
});

test("a CPU that does not exist may be asked for where EINVAL is expected", () => {
  expect(said("arch x86\nvar x 8\nP: open e write x cpu7 -> EINVAL")).toEqual([]);
});

test("an event may be opened again where it was closed, or was never there", () => {
  const text =
    "arch x86\nvar x 8\nP: open e write x -> ENOSPC\nP: open e write x\nP: close e\nP: open e write x";
  expect(said(text)).toEqual([]);
});

test("a scenario needs a machine and somebody who does something", () => {
  expect(said("var x 8")).toEqual(["1: no machine is named: add a line such as `arch x86`"]);
  expect(said("arch x86")).toEqual(["1: nobody does anything: add a line such as `P: exit`"]);
});

test("at most 16 machines, and at most 50 complaints", () => {
  expect(said(`${"arch x86\n".repeat(17)}P: exit`)).toEqual([
    "17: a scenario is for at most 16 machines",
  ]);
  expect(said("arch x86\nfor c in 1..99 {\n  P: pin cpu c\n}")).toHaveLength(50);
});

test("blow-ups are refused at once", () => {
  const nested = (body: string) =>
    "for a in 0..999999 {\nfor b in 0..999999 {\n".concat(body, "}\n}\n");
  const doubling = Array.from(
    { length: 64 },
    (_, n) => `func f${n + 1} does execute f${n}, execute f${n}`,
  );
  expect(said(`arch x86\nvar x 8\n${nested("P: store x\n")}`).join()).toContain(
    "more than 20000 steps",
  );
  expect(said(`arch x86\nP: unpin\n${nested("")}`).join()).toContain(
    "more than 100000 turns of loops",
  );
  expect(said("arch x86\nfor i in 0..999999 {\nP: fork C[i]\n}").join()).toContain(
    "more than 128 tasks",
  );
  expect(said(`arch x86\nfunc f0\n${doubling.join("\n")}\nP: execute f64`).join()).toContain(
    "at most 1000",
  );
});
