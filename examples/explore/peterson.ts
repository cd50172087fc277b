import { BLOCKED, defineModel, explore, type Model } from "../../src/explore/index.ts";

/**
 * Peterson's lock for n processes: levels to climb, at each of which the last one to come waits for
 * another one to come, or for nobody else to be as high.
 */
export function peterson(n: number): Model {
  return defineModel(`peterson ${n}`, (model) => {
    const height = model.cells("height", n); // 0: outside
    const last = model.cells("last", n);
    const level = Array.from({ length: n }, (_, me) => model.cell("level", 0, `process ${me}`));
    const entered = model.goal("somebody enters");

    level.forEach((mine, me) => {
      const name = `process ${me}`;
      const seen = model.cell("seen", 0, name);
      const isInside = (it: number) => height.of(it).value !== 0 && level[it]?.value === n;
      const isNotAsHigh = (it: number) => it === me || height.of(it).value < mine.value;
      model.agent(
        name,
        {
          idle() {
            mine.value = 1;
            return "climb";
          },
          climb() {
            if (mine.value === n) return "enter";
            height.of(me).value = mine.value;
            return "announce";
          },
          announce() {
            last.of(mine.value - 1).value = me;
            seen.value = 0;
            return "wait";
          },
          wait() {
            if (model.choose(2) === 0) {
              if (seen.value === n || !isNotAsHigh(seen.value)) return BLOCKED;
              seen.value++;
              return "wait";
            }
            if (last.of(mine.value - 1).value === me && seen.value !== n) return BLOCKED;
            mine.value++;
            return "climb";
          },
          enter() {
            const others = level.keys().filter((it) => it !== me);
            model.check(!others.some(isInside), "exclusion", "two processes are inside");
            entered();
            height.of(me).value = 0;
            return "idle";
          },
        },
        { group: name },
      );
    });
  });
}

if (import.meta.main) console.log(explore(peterson(3)));
