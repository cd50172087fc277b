import { expect, test } from "vitest";
import { drawsOf } from "../base/index.ts";
import { boot } from "./boot.ts";
import { type ObjectChange, ObjectChanges, objectKinds } from "./object-changes.ts";
import { randomProgram } from "./random-program.ts";
import { walkAtRandom } from "./random-walk.ts";

type Objects = Map<string, Map<string, readonly number[]>>;

function apply(objects: Objects, { record, id, what, fields }: ObjectChange): void {
  const key = `${record} ${id}`;
  if (what === "freed") {
    objects.delete(key);
    return;
  }
  expect(objects.has(key)).toBe(what === "changed");
  objects.set(key, new Map([...(objects.get(key) ?? []), ...Object.entries(fields)]));
}

/** Without the fields that are 0, which a look at something new leaves out. */
function sound(objects: Objects): object {
  const notZero = (words: readonly number[]) => words.some((word) => word !== 0);
  return Object.fromEntries(
    [...objects].map(([key, fields]) => [
      key,
      Object.fromEntries([...fields].filter(([, words]) => notZero(words))),
    ]),
  );
}

test("changes, one step's after the other's, make what a look at everything shows", () => {
  let steps = 0;
  for (let seed = 1; seed < 5; seed += 1) {
    const draw = drawsOf(seed);
    const program = randomProgram(draw, { arch: "x86", cpus: 2, actors: 3, statements: 10 });
    const kernel = boot(program, { bounds: { tasks: 6, events: 40 } });
    const changes = new ObjectChanges();
    const objects: Objects = new Map();
    for (const change of changes.look(kernel)) apply(objects, change);
    kernel.machine.onStep = () => {
      for (const change of changes.look(kernel)) apply(objects, change);
      steps += 1;
      if (steps % 50 !== 0) return;
      const fresh: Objects = new Map();
      for (const change of new ObjectChanges().look(kernel)) apply(fresh, change);
      expect(sound(objects)).toEqual(sound(fresh));
    };
    walkAtRandom(kernel, draw);
  }
  expect(steps).toBeGreaterThan(100);
});

test("kinds tell which fields refer to what", () => {
  const kernel = boot(
    randomProgram(drawsOf(1), { arch: "x86", cpus: 1, actors: 1, statements: 1 }),
  );
  const kinds = new Map(objectKinds(kernel).map((kind) => [kind.name, kind]));
  expect(kinds.get("event")?.references).toMatchObject({ ctx: "ctx", target: "task" });
  expect(kinds.get("ctx")?.sets).toEqual({ events: "event" });
  expect(kinds.get("perCpu")?.references).toMatchObject({ slot: "event", taskCtx: "ctx" });
  expect(kinds.get("task")?.fields).not.toContain("stack");
});
