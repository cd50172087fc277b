import { type CheckView, verdictOf } from "../check/index.ts";
import { textTable } from "./text-table.ts";

/** Scenarios by designs: what fails in which, and in how many steps. */
export function matrixText(
  all: readonly CheckView[],
  designs: readonly string[],
): readonly string[] {
  const columns = [
    { title: "SCENARIO", align: "left" },
    ...designs.map((design) => ({ title: design.toUpperCase(), align: "left" }) as const),
  ] as const;
  const rowOf = ({ file, program }: CheckView) => `${file} ${program.machine.arch}`;
  const rows = Map.groupBy(all, rowOf)
    .entries()
    .map(([name, checked]) => {
      const cells = designs.map((design) => {
        const found = checked.find(({ program }) => program.machine.design === design);
        return found === undefined ? "" : cellText(found);
      });
      return [name, ...cells];
    });
  return textTable(columns, [...rows]);
}

function cellText(it: CheckView): string {
  const { counterexample, bounds } = it.result;
  const verdict = verdictOf(it);
  if (counterexample !== undefined)
    return `${counterexample.property}, ${counterexample.moves.length}`;
  if (it.inFileOrder !== undefined) return "another result";
  if (verdict === "fail") return "unreached";
  return verdict === "ok" ? "ok" : `bounded (${bounds.join(", ")})`;
}
