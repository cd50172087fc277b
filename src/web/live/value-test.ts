import { err, ok, type Result } from "../../base/index.ts";
import type { RecordedSpot } from "../../recording/index.ts";

/** Whether a value is one of those asked for. */
export type ValueTest = (value: number) => boolean;

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b && !Number.isNaN(a),
};

/** Reads `5`, `!= 0`, `>= 0x10`, `1..9`, or an enumerator's name; says what is wrong with others. */
export function valueTest(text: string, spots: readonly RecordedSpot[]): Result<ValueTest, string> {
  const names = namesOf(spots);
  const [, first = "", last = ""] = /^(.+?)\.\.(.+)$/.exec(text.trim()) ?? [];
  const least = numberOf(first, names);
  const greatest = numberOf(last, names);
  if (least !== undefined && greatest !== undefined) {
    return ok((value) => value >= least && value <= greatest);
  }
  const [, sign = "", rest = ""] = /^([<>=!]*)(.*)$/.exec(text.trim()) ?? [];
  const compare = COMPARISONS[sign === "" ? "=" : sign];
  const number = numberOf(rest, names);
  if (compare === undefined || number === undefined) {
    return err("try 5, != 0, >= 0x10, 1..9 or an enumerator's name");
  }
  return ok((value) => compare(value, number));
}

function numberOf(text: string, names: ReadonlyMap<string, number>): number | undefined {
  const word = text.trim();
  const known = names.get(word);
  if (known !== undefined || word === "") return known;
  const number = Number(word.replace(/^-/, ""));
  if (Number.isNaN(number)) return undefined;
  return word.startsWith("-") ? -number : number;
}

function namesOf(spots: readonly RecordedSpot[]): ReadonlyMap<string, number> {
  const types = spots.flatMap(({ type }) => (type?.kind === "bits" ? [type.base] : [type]));
  return new Map([
    ["true", 1],
    ["false", 0],
    ...types.flatMap((type) =>
      type?.kind === "enum"
        ? type.values.map(({ name, value }): [string, number] => [name, Number(value)])
        : [],
    ),
  ]);
}
