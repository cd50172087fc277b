import { BLOCKED, defineModel, END, type Model } from "../../src/explore/index.ts";

const USERS = 3;
const DEAD = 0;

/**
 * A semaphore that is a process, with which three users meet to take it and to give it back, and one
 * who looks once how many are inside. As in Promela, processes die in the opposite order of their
 * births. `bench/promela/semaphore.pml` has the same steps.
 */
export function semaphore(): Model {
  return defineModel("semaphore", (model) => {
    const isStarted = model.cell("isStarted");
    const isTaken = model.cell("isTaken");
    const inside = model.cell("inside");
    const others = ["observer", ...Array.from({ length: USERS }, (_, it) => `user ${it}`)];
    /** Whether all are dead that were born later. */
    const mayDie = (name: string) =>
      model.pcs(others.slice(others.indexOf(name) + 1)).cells.every((it) => it.value === DEAD);
    const die = (name: string) => () => (mayDie(name) ? END : BLOCKED);

    model.agent(
      "init",
      {
        start() {
          isStarted.value = 1;
          return "rest";
        },
        rest: () => BLOCKED,
      },
      { mayWait: true },
    );
    model.agent("observer", {
      look() {
        if (isStarted.value === 0) return BLOCKED;
        model.check(inside.value <= 1, "exclusion", "two users are inside");
        return "die";
      },
      die: die("observer"),
    });
    for (const name of others.slice(1)) {
      model.agent(name, {
        take() {
          if (isStarted.value === 0 || isTaken.value === 1) return BLOCKED;
          isTaken.value = 1;
          return "enter";
        },
        enter() {
          inside.value++;
          return "stay";
        },
        stay: () => "leave" as const,
        leave() {
          inside.value--;
          return "give";
        },
        give() {
          isTaken.value = 0;
          return "rest";
        },
        rest: () => "die" as const,
        die: die(name),
      });
    }
  });
}
