import { BLOCKED, defineModel, type Model } from "../../src/explore/index.ts";
import { permutations } from "./permutations.ts";

const WORKING = 0;
const PREPARED = 1;
const COMMITTED = 2;
const ABORTED = 3;

/**
 * Two-phase commit after Gray and Lamport's specification: messages are a set that only grows, and
 * the manager and each of `n` resources may do anything that the messages allow, at any time.
 */
export function twoPhaseCommit(n: number): Model {
  return defineModel(`two-phase commit ${n}`, (model) => {
    const states = model.cells("resource", n);
    const manager = model.cell("manager");
    const heard = model.cells("heard", n);
    const said = model.cells("said", n);
    const decision = model.cell("decision"); // 0, COMMITTED or ABORTED, as a message
    const resources = Array.from({ length: n }, (_, it) => it);
    const decide = (what: number) => {
      manager.value = what;
      decision.value = what;
      return "on" as const;
    };

    model.agent("manager", {
      on() {
        const choice = model.choose(n + 2);
        if (manager.value !== 0) return BLOCKED;
        if (choice === n) return decide(ABORTED);
        if (choice > n)
          return heard.cells.every((it) => it.value === 1) ? decide(COMMITTED) : BLOCKED;
        if (said.of(choice).value === 0) return BLOCKED;
        heard.of(choice).value = 1;
        return "on";
      },
    });
    for (const it of resources) {
      const own = states.of(it);
      const become = (state: number) => {
        own.value = state;
        return "on" as const;
      };
      model.agent(`resource ${it}`, {
        on() {
          const choice = model.choose(4);
          if (choice === 2) return decision.value === COMMITTED ? become(COMMITTED) : BLOCKED;
          if (choice === 3) return decision.value === ABORTED ? become(ABORTED) : BLOCKED;
          if (own.value !== WORKING) return BLOCKED;
          if (choice === 1) return become(ABORTED);
          said.of(it).value = 1;
          return become(PREPARED);
        },
      });
    }

    model.invariant("consistency", states.cells, () => {
      const committed = states.cells.some((it) => it.value === COMMITTED);
      return !committed || states.cells.every((it) => it.value !== ABORTED);
    });
    for (const order of permutations(n).slice(1)) {
      model.symmetry((from, into) => {
        for (const row of [states, heard, said]) {
          for (const it of resources) into[row.of(order[it] ?? 0).at] = from[row.of(it).at] ?? 0;
        }
      });
    }
  });
}
