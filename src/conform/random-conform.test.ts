import { expect, test } from "vitest";
import { type RunReport, runOnModel } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { conformRandomly, type RandomResult } from "./random-conform.ts";
import type { Target } from "./target.ts";
import { NoAnswerError, TargetError } from "./target-error.ts";

const SEED = 7;
const PROGRAMS = 12;
const WHY = "guest:test: the guest does not answer after 30000 ms: ended it";
const CONSOLE = "Kernel panic";

function target(name: Target["name"], run: (program: Program) => RunReport): Target {
  return {
    name,
    whyNot: () => undefined,
    run: async (program) => run(program),
    [Symbol.dispose]: () => undefined,
  };
}

/** A model beside a real kernel that is as good as the model, and fails to answer so. */
async function conform(
  fails: (asked: number, program: Program) => Error | undefined,
): Promise<RandomResult & { readonly told: readonly string[] }> {
  const asked = new Map<string, number>();
  const told: string[] = [];
  const kernel = target("linux", (program) => {
    const key = JSON.stringify(program.steps);
    const before = asked.get(key) ?? 0;
    asked.set(key, before + 1);
    const error = fails(before, program);
    if (error !== undefined) throw error;
    return runOnModel(program);
  });
  const result = await conformRandomly([target("model", (it) => runOnModel(it)), kernel], {
    programs: PROGRAMS,
    seed: SEED,
    onFinding: ({ seed }) => told.push(`finding ${seed}`),
    onNoAnswer: (seed, why) => told.push(`no answer ${seed}: ${why}`),
    isOver: () => false,
  });
  return { ...result, told };
}

/** Only the first of the scenarios; it is known by how many programs were met before. */
function onlyFirst(): (program: Program) => boolean {
  let first: string | undefined;
  return ({ steps }) => {
    const key = JSON.stringify(steps);
    first ??= key;
    return first === key;
  };
}

test("a scenario without an answer is asked once more, and the run goes on", async () => {
  const isFirst = onlyFirst();
  const { programs, unanswered, findings, told } = await conform((asked, program) =>
    isFirst(program) && asked === 0 ? new NoAnswerError(WHY, CONSOLE) : undefined,
  );
  expect({ programs, unanswered, findings }).toEqual({
    ...{ programs: PROGRAMS, unanswered: 1, findings: [] },
  });
  expect(told).toEqual([`no answer ${SEED}: ${WHY}`]);
});

test("no answer to the same scenario twice is a finding with the console, and the run goes on", async () => {
  const isFirst = onlyFirst();
  const { programs, unanswered, findings } = await conform((_, program) =>
    isFirst(program) ? new NoAnswerError(WHY, CONSOLE) : undefined,
  );
  expect({ programs, unanswered }).toEqual({ programs: PROGRAMS, unanswered: 1 });
  expect(findings).toHaveLength(1);
  const [finding] = findings;
  expect(finding).toMatchObject({ seed: SEED, bug: undefined, isFleeting: false });
  expect(finding?.differences[0]?.seen[1]).toBe(WHY);
  expect(finding?.scenario).toMatch(/^# Random scenario 7: no answer from linux, twice\.\n/);
  expect(finding?.scenario).toContain("\n# Kernel panic\n");
});

test("what cannot be asked again ends the run", async () => {
  await expect(conform(() => new TargetError("linux: gone"))).rejects.toThrow("linux: gone");
});
