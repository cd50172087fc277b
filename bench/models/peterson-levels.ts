import { type Cell, type CellRow, defineModel, type Model } from "../../src/explore/index.ts";

/** The cells of a process, from `level` on, stand side by side in a state: it is sorted by them. */
interface Process {
  readonly level: Cell;
  readonly height: Cell;
}

/**
 * Peterson's lock for n processes as it comes with Murphi: whoever must wait looks at all others in one
 * step, again and again, and who leaves falls back to the first level, not below. So each process has one
 * step in each state. `bench/promela/peterson-levels.pml` has the same steps.
 */
export function petersonLevels(n: number, { symmetry = false } = {}): Model {
  return defineModel(`peterson ${n}, level by level`, (model) => {
    const processes: Process[] = [];
    for (let me = 0; me < n; me++) {
      const name = `process ${me}`;
      const level = model.cell(`${name}.level`, 0, name);
      const height = model.cell(`${name}.height`, 0, name);
      processes.push({ level, height });
      const mayGoOn = () =>
        last.of(level.value).value !== 1 + me ||
        processes.every((it) => it.height === height || it.height.value < level.value);

      model.agent(
        name,
        {
          idle() {
            level.value = 1;
            return "climb";
          },
          climb() {
            height.value = level.value;
            return "announce";
          },
          announce() {
            last.of(level.value).value = 1 + me;
            return "wait";
          },
          wait() {
            if (!mayGoOn()) return "wait";
            level.value++;
            if (level.value < n) return "climb";
            inside.value++;
            model.check(inside.value === 1, "exclusion", "two processes are inside");
            return "leave";
          },
          leave() {
            inside.value--;
            height.value = 1;
            return "idle";
          },
        },
        { group: name },
      );
    }
    /** Who came last at each level, plus one; 0: nobody did yet. */
    const last = model.cells("last", n);
    /** How many are at `leave`. */
    const inside = model.cell("inside");
    if (symmetry) {
      const [first, second] = processes.map(({ level }) => level.at);
      const each = (second ?? 0) - (first ?? 0);
      model.symmetry((from, into) => sortProcesses({ from, into }, { n, each, last }));
    }
  });
}

/**
 * All renamings of processes at once: of all doubles of a state this makes the one whose bytes come first.
 * That has the processes in the order of their own bytes, and those with the same bytes in the order in
 * which they are named as the last ones of a level.
 */
function sortProcesses(
  { from, into }: { from: ArrayLike<number>; into: { [at: number]: number } },
  { n, each, last }: { n: number; each: number; last: CellRow },
): void {
  const order = Array.from({ length: n }, (_, it) => it);
  const named = last.cells.map(({ at }) => from[at] ?? 0);
  const firstNaming = order.map((it) => named.indexOf(1 + it) + 1 || n + 1);
  const compare = (one: number, other: number) => {
    for (let byte = 0; byte < each; byte++) {
      const difference = (from[one * each + byte] ?? 0) - (from[other * each + byte] ?? 0);
      if (difference !== 0) return difference;
    }
    return (firstNaming[one] ?? 0) - (firstNaming[other] ?? 0);
  };
  order.sort(compare);
  order.forEach((old, it) => {
    for (let byte = 0; byte < each; byte++) into[it * each + byte] = from[old * each + byte] ?? 0;
  });
  last.cells.forEach(({ at }, level) => {
    const name = named[level] ?? 0;
    into[at] = name === 0 ? 0 : 1 + order.indexOf(name - 1);
  });
}
