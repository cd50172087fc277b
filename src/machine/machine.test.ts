import fc from "fast-check";
import { expect, test } from "vitest";
import type { Field } from "./field.ts";
import { Layout } from "./layout.ts";
import { type Action, Machine } from "./machine.ts";
import { DONE, procedure } from "./procedure.ts";
import { TASK } from "./smp.ts";

/** Tasks that add 1 to a counter `rounds` times, by a read and a write that are two steps. */
class Toy {
  readonly machine: Machine<Toy>;
  readonly counter: Field;
  readonly mutex: Field;
  readonly rounds: Field;

  constructor(bounds: { cpus: number; tasks: number }) {
    const layout = new Layout();
    this.machine = new Machine(layout, bounds);
    const shared = layout.record({ name: "shared", first: 1, count: 1 });
    this.counter = shared.field("counter");
    this.mutex = shared.field("mutex");
    const user = layout.record({ name: "user", first: 1, count: bounds.tasks });
    this.rounds = user.field("rounds");
    const state = layout.build(7);
    this.machine.boot(state, {
      kernel: this,
      contextSwitch,
      hasUserWork: (task) => this.rounds.get(task) > 0,
      userStep: (task) => {
        this.rounds.add(task, -1);
        this.machine.enter(task, locked ? addLocked : add, []);
      },
      interruptPending: () => false,
      interruptIsDue: () => false,
      interrupt: () => {},
      waitIsOver: () => false,
    });
    shared.alloc();
    for (let task = 1; task <= bounds.tasks; task++) {
      user.alloc();
      this.rounds.set(this.machine.task.alloc(~0), 2);
      this.machine.task.state.set(task, TASK.ready);
    }
  }
}

let locked = true;

const add = procedure("add", ["seen"], {
  read(toy: Toy, frame) {
    frame.seen = toy.counter.get(1);
    return "write";
  },
  write(toy, frame) {
    toy.counter.set(1, frame.seen + 1);
    return DONE;
  },
});

const addLocked = procedure("add_locked", [], {
  lock(toy: Toy) {
    return toy.machine.lock(toy.mutex, 1) ? toy.machine.call(add, [], "unlock") : "WAIT";
  },
  unlock(toy) {
    toy.machine.unlock(toy.mutex, 1);
    return DONE;
  },
});

const contextSwitch = procedure("schedule", ["prev", "next"], {
  switchTo(toy: Toy, frame) {
    const { machine } = toy;
    if (frame.prev !== 0) machine.task.cpu.set(frame.prev, -1);
    machine.cpu.current.set(machine.here, frame.next);
    return DONE;
  },
});

/** Takes the choices, each modulo the number of actions, until none is left or nothing can happen. */
function drive(toy: Toy, choices: readonly number[]): void {
  const actions: Action[] = [];
  for (const choice of choices) {
    toy.machine.actions(actions);
    const chosen = actions[choice % actions.length];
    if (chosen === undefined) return;
    toy.machine.perform(chosen);
  }
}

const schedules = fc.array(fc.nat(1000), { minLength: 200, maxLength: 300 });
const newToy = () => new Toy({ cpus: 2, tasks: 3 });

test("under a mutex no increment is lost, whatever the schedule", () => {
  locked = true;
  fc.assert(
    fc.property(schedules, (choices) => {
      const toy = newToy();
      drive(toy, choices);
      const left = [1, 2, 3].map((task) => toy.rounds.get(task)).reduce((a, b) => a + b);
      const isOver = [1, 2, 3].every((task) => toy.machine.task.top.get(task) === 0);
      if (left === 0 && isOver) expect(toy.counter.get(1)).toBe(6);
      expect(toy.counter.get(1)).toBeLessThanOrEqual(6 - left);
    }),
  );
});

test("without it one is lost in some schedule: what is not in one step is not atomic", () => {
  locked = false;
  const finals = new Set<number>();
  fc.assert(
    fc.property(schedules, (choices) => {
      const toy = newToy();
      drive(toy, choices);
      finals.add(toy.counter.get(1));
    }),
    { seed: 1 },
  );
  expect([...finals].some((count) => count < 6)).toBe(true);
  locked = true;
});

test("any run can be taken back bit for bit, and the hash follows", () => {
  fc.assert(
    fc.property(schedules, schedules, (before, after) => {
      const toy = newToy();
      drive(toy, before.slice(0, 40));
      const { state } = toy.machine;
      const words = Array.from(state.words);
      const mark = state.mark();
      drive(toy, after);
      expect({ low: state.hashLow, high: state.hashHigh }).toEqual(state.fullHash());
      state.undo(mark);
      expect(Array.from(state.words)).toEqual(words);
    }),
    { numRuns: 30 },
  );
});

test("a procedure that ended leaves no trace on the stack", () => {
  const toy = newToy();
  drive(
    toy,
    Array.from({ length: 400 }, () => 0),
  );
  for (let task = 1; task <= 3; task++) expect(toy.machine.task.top.get(task)).toBe(0);
  const { task } = toy.machine;
  const words = toy.machine.state.words.slice(task.stack.at(1), task.stack.at(1) + task.stackWords);
  expect(words.every((word) => word === 0)).toBe(true);
});
