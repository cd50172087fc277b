import { expect, test } from "vitest";
import { FewestSwitches, type Model, type Move, replay, STEP } from "../src/explore/index.ts";
import { randomModel } from "./random-model.ts";

/** Of a step of the first agent in every other model nobody is the runner. */
function runnerFor(seed: number) {
  return ({ action }: Move) => (seed % 2 === 0 && action === 0 ? undefined : action);
}

type Rank = readonly [switches: number, moves: number];

function isLess(one: Rank, other: Rank | undefined): boolean {
  return other === undefined || one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

/** The least switches, then moves, with which each end is come by: every way that gets better is gone. */
function ranksOfEnds(model: Model, runnerOf: (move: Move) => number | undefined) {
  const { memory } = model;
  const best = new Map<string, Rank>();
  const ends = new Map<string, Rank>();
  const visit = (runner: number | undefined, rank: Rank) => {
    const words = `${memory.words}`;
    const key = `${runner} ${words}`;
    if (!isLess(rank, best.get(key))) return;
    best.set(key, rank);
    const actions = new Int32Array(model.mostActions);
    let goesOn = false;
    for (const action of actions.subarray(0, model.actions(actions))) {
      for (let choice = 0, choices = 1; choice < choices; choice++) {
        const mark = memory.mark();
        const end = model.perform(action, choice);
        choices = model.choices;
        const next = runnerOf({ action, choice }) ?? runner;
        const more = runner !== undefined && next !== runner ? 1 : 0;
        if (end === STEP.done) visit(next, [rank[0] + more, rank[1] + 1]);
        if (end !== STEP.blocked) goesOn = true;
        memory.undo(mark);
      }
    }
    if (!goesOn && isLess(rank, ends.get(words))) ends.set(words, rank);
  };
  visit(undefined, [0, 0]);
  return ends;
}

const BELOW = 1000;

function searchFor(seed: number, end: string, below = BELOW) {
  const { model } = randomModel(seed);
  model.atEnd = () => (`${model.memory.words}` === end ? { property: "end", what: "" } : undefined);
  const options = { runner: runnerFor(seed), isSought: () => true, below };
  return { model, search: new FewestSwitches(model, options) };
}

test("of all runs to an end the one with the fewest switches is found, of these the shortest", () => {
  let several = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const ends = ranksOfEnds(randomModel(seed).model, runnerFor(seed));
    for (const [end, [switches, moves]] of [...ends].slice(0, 4)) {
      const { model, search } = searchFor(seed, end);
      while (search.advance(10));
      expect(search.result, `model ${seed}`).toMatchObject({ switches });
      expect(search.result?.moves, `model ${seed}`).toHaveLength(moves);
      expect(replay(model, search.result?.moves ?? []).failure?.property).toBe("end");
      if (switches > 1) several++;
    }
  }
  expect(several).toBeGreaterThan(10);
});

test("below the fewest switches there is no run", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const ends = ranksOfEnds(randomModel(seed).model, runnerFor(seed));
    for (const [end, [switches]] of [...ends].slice(0, 2)) {
      const { search } = searchFor(seed, end, switches);
      while (search.advance(100));
      expect(search.result, `model ${seed}`).toBeUndefined();
    }
  }
});
