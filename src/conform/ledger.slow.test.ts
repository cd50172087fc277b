import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { missingFixes, runOnModel } from "../check/index.ts";
import { boot, checkNobodyHangs, FIXES, type Kernel, NOT_IN_LEDGER } from "../kernel/index.ts";
import { ACTION, type Action, action, Violation } from "../machine/index.ts";
import { load, type Program } from "../scenario/index.ts";

const programs = globSync("scenarios/bugs/z*.scn")
  .sort()
  .flatMap((file) => {
    const loaded = load(readFileSync(file, "utf8"));
    if (!loaded.ok) throw new Error(`${file}: ${loaded.error[0]?.message}`);
    return loaded.value.programs.map((program) => ({ file, program }));
  })
  .filter(({ program }) => program.withoutFixes.length > 0 && missingFixes(program).length === 0);

/** These need two tasks at once: the scenario in file order passes with the bug in, too. */
const RACES = new Set(["Z21", "Z14", "Z15", "Z29", "Z31", "Z31b", "Z33", "Z33b", "Z34", "Z35"]);

describe.each(programs)("$file", ({ program }) => {
  const [fix = ""] = program.withoutFixes;
  const inOrder = RACES.has(fix) ? "passes in file order" : "is found";
  test(`${inOrder} with the fix off`, () => {
    expect(runOnModel(program).ok).toBe(RACES.has(fix));
  });
  test("is clean with the fix on", () => {
    const { violation, statements, checks } = runOnModel({ ...program, withoutFixes: [] });
    expect(violation?.message).toBeUndefined();
    expect(statements.filter((it) => !it.ok)).toEqual([]);
    expect(checks.filter((it) => !it.ok)).toEqual([]);
  });
});

test("every fix of the ledger has a scenario, and every scenario's fix is known or explained", () => {
  const covered = new Set(programs.flatMap(({ program }) => program.withoutFixes));
  expect([...covered].sort()).toEqual(Object.keys(FIXES).sort());
  expect(Object.keys(NOT_IN_LEDGER).filter((it) => covered.has(it))).toEqual([]);
});

function programOf(name: string): Program {
  const found = programs.find(({ file }) => file.includes(name))?.program;
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

/** One processor after the other: each runs until its task has done the step that is named. */
class Director {
  readonly kernel;
  #last = "";

  constructor(program: Program) {
    this.kernel = boot(program);
    this.kernel.machine.onStep = ({ fn, label }) => {
      this.#last = `${fn}.${label}`;
    };
  }

  run(actor: string, cpu: number, until: string): void {
    const { machine, program, user } = this.kernel;
    const task = user.taskOf.get(1, program.actor(actor));
    if (machine.cpu.current.get(cpu) !== task) this.#switch(cpu, task);
    for (let step = 0; step < 500 && this.#last !== until && machine.canStep(task); step++)
      machine.perform(action(ACTION.step, cpu));
    this.#last = "";
  }

  #switch(cpu: number, task: number): void {
    const { machine } = this.kernel;
    machine.perform(action(ACTION.switchTo, cpu, task));
    while (machine.cpu.irqsOff.get(cpu) !== 0) machine.perform(action(ACTION.step, cpu));
  }
}

function propertyOf(body: () => void): string {
  try {
    body();
    return "ok";
  } catch (error) {
    if (error instanceof Violation) return error.property;
    throw error;
  }
}

/** Draws schedules until one ends as wanted, with a property or in a state; the same ones each time. */
function isDrawn(
  program: Program,
  wanted: string | ((kernel: Kernel) => boolean),
  schedules = 3000,
): boolean {
  for (let seed = 1; seed < schedules; seed++) {
    let state = seed * 7919;
    const draw = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 8;
    };
    // Only Z21 needs a task to migrate when it could stay; for the others it would only take longer.
    const kernel = boot(program, { detours: program.withoutFixes.includes("Z21") });
    const { machine } = kernel;
    const actions: Action[] = [];
    const found = propertyOf(() => {
      for (let step = 0; step < 1000; step++) {
        machine.actions(actions);
        const chosen = actions[draw() % Math.max(1, actions.length)];
        if (chosen === undefined) {
          checkNobodyHangs(kernel);
          return;
        }
        machine.perform(chosen);
      }
    });
    if (typeof wanted === "string" ? found === wanted : wanted(kernel)) return true;
  }
  return false;
}

describe("the races", () => {
  const DEATH = "do_exit.notify";

  test("z31: a fork fails while close() holds its event", () => {
    const close = (director: Director) => {
      director.run("P", 0, "copy_process.inherited"); // that was the thread
      director.run("P", 0, "perf_event_init_task.clone");
      director.run("T", 1, "perf_event_release_kernel.unlockChild"); // the thread's own event
      director.run("T", 1, "perf_event_release_kernel.unlockChild");
      director.run("P", 0, "copy_process.giveUp");
      director.run("T", 1, "nothing to do");
    };
    const small = programOf("z31-");
    const bug = { ...small, machine: { ...small.machine, cpus: 2 } };
    expect(propertyOf(() => close(new Director(bug)))).toBe("use-after-free");
    expect(propertyOf(() => close(new Director({ ...bug, withoutFixes: [] })))).toBe("ok");
  });

  test("z15: the tracee dies between the look at its breakpoint and the read", () => {
    const look = (director: Director) => {
      director.run("P", 0, "nothing to do");
      director.run("C", 1, "nothing to do"); // it stops
      director.run("P", 0, "ptrace_set_debugreg.registered");
      director.run("P", 0, "ptrace_get_debugreg.look");
      director.run("Q", 1, "nothing to do");
      director.run("C", 1, DEATH);
      director.run("P", 0, "nothing to do");
    };
    const bug = programOf("z15");
    expect(propertyOf(() => look(new Director(bug)))).toBe("use-after-free");
    expect(propertyOf(() => look(new Director({ ...bug, withoutFixes: [] })))).toBe("ok");
  });

  test("z14: while the tracer moves its breakpoint another opener takes the slot", () => {
    const bug = programOf("z14");
    const opened = bug.steps.findIndex(({ text }) => text.startsWith("Q: open last"));
    const isStolen = (kernel: Kernel) => kernel.user.result.get(1, opened) === 0;
    expect(isDrawn(bug, isStolen)).toBe(true);
    expect(isDrawn({ ...bug, withoutFixes: [] }, isStolen, 100)).toBe(false);
  });

  test.each([
    ["z21", "stale-register"],
    ["z29", "leaked-event"],
    ["z33-missing", "missed-signal"],
    ["z33-swap", "warning"],
    ["z34", "use-after-free"],
    ["z35", "wrong-privilege"],
  ])("%s: some schedule shows %s, and none of 100 with the fix on", (name, property) => {
    const bug = programOf(name);
    expect(isDrawn(bug, property)).toBe(true);
    expect(isDrawn({ ...bug, withoutFixes: [] }, property, 100)).toBe(false);
  });
});
