import type { RunReport } from "../check/index.ts";
import { load, type Program } from "../scenario/index.ts";
import { compareReports, type Difference } from "./compare.ts";
import { bugBehind, type Explanation } from "./known-bugs.ts";
import { type Pair, runBoth } from "./matrix.ts";
import { randomScenario } from "./random/random-scenario.ts";
import { shrinkScenario } from "./shrink.ts";
import { beside } from "./target.ts";
import { NoAnswerError } from "./target-error.ts";

/** A random scenario on which two targets differ, as small as it could be made. */
export interface RandomFinding {
  readonly seed: number;
  readonly scenario: string;
  readonly differences: readonly Difference[];
  /** It differed once, and not again: a matter of time, not of the scenario alone. */
  readonly isFleeting: boolean;
  /** What explains it. */
  readonly bug: Explanation | undefined;
}

export interface RandomResult {
  readonly programs: number;
  /** Those that one of the targets cannot run. */
  readonly skipped: number;
  readonly statements: number;
  /** Those to which an answer came only when they were asked again, or not even then. */
  readonly unanswered: number;
  readonly findings: readonly RandomFinding[];
}

export interface RandomOptions {
  readonly programs: number;
  /** The first scenario's number; the others follow. */
  readonly seed: number;
  readonly onFinding: (finding: RandomFinding) => void;
  /** Told when no answer came to a scenario, which is then asked once more. */
  readonly onNoAnswer?: (seed: number, why: string) => void;
  /** True when somebody has asked to stop. */
  readonly isOver: () => boolean;
}

/** How often a scenario that differed once is tried again. */
const TRIES = 10;
/** Targets that can run none of them are not worth more tries. */
const MOST_SKIPPED = 100_000;

/** Scenarios that the second target has been given before the first one is asked about them. */
const AHEAD = 8;

interface Begun {
  readonly seed: number;
  readonly text: string;
  readonly program: Program;
  readonly outside: Promise<RunReport>;
}

/** Runs random scenarios on both targets, and shrinks those that differ. */
export async function conformRandomly(pair: Pair, options: RandomOptions): Promise<RandomResult> {
  const findings: RandomFinding[] = [];
  const begun: Begun[] = [];
  let next = options.seed;
  let programs = 0;
  let skipped = 0;
  let statements = 0;
  let unanswered = 0;
  const tell = (finding: RandomFinding) => {
    findings.push(finding);
    options.onFinding(finding);
  };
  for (;;) {
    const isWanted = () => programs + begun.length < options.programs && skipped < MOST_SKIPPED;
    for (; begun.length < AHEAD && isWanted() && !options.isOver(); next++) {
      const one = begin(next, pair);
      if (one === undefined) skipped++;
      else begun.push(one);
    }
    const item = begun.shift();
    if (item === undefined) return { programs, skipped, statements, unanswered, findings };
    programs++;
    statements += item.program.steps.length;
    const inside = await pair[0].run(beside(item.program, pair[0], pair));
    const outside = await askedTwice(item, pair, (why) => {
      unanswered++;
      options.onNoAnswer?.(item.seed, why);
    });
    if (outside instanceof NoAnswerError) {
      tell(silent(item, pair, outside));
      continue;
    }
    const differences = compareReports(inside, outside, { strictly: true });
    if (differences.length > 0) tell(await explained({ ...item, differences }, pair));
  }
}

/** What the second target led to. Where no answer came it is asked again: whoever hung has been ended. */
async function askedTwice(
  { program, outside }: Begun,
  pair: Pair,
  onNoAnswer: (why: string) => void,
): Promise<RunReport | NoAnswerError> {
  try {
    return await outside;
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    onNoAnswer(error.why);
  }
  try {
    return await pair[1].run(beside(program, pair[1], pair));
  } catch (error) {
    if (error instanceof NoAnswerError) return error;
    throw error;
  }
}

/** Not shrunk: each try would take as long as one waits for an answer. */
function silent(begun: Begun, [model, other]: Pair, error: NoAnswerError): RandomFinding {
  const { seed, text, program } = begun;
  const comment = error.message.split("\n").map((line) => `# ${line}`);
  const scenario = [
    `# Random scenario ${seed}: no answer from ${other.name}, twice.`,
    ...comment,
    text,
  ];
  const differences = [noAnswer(program, error)];
  const bug = bugBehind(beside(program, model, [model, other]));
  return { seed, scenario: scenario.join("\n"), differences, isFleeting: false, bug };
}

function noAnswer({ steps }: Program, { why }: NoAnswerError): Difference {
  return { line: steps.at(-1)?.at.line ?? 1, text: "answer", seen: ["comes", why] };
}

/** The second target does one after the other, and is at work outside while the first computes. */
function begin(seed: number, pair: Pair): Begun | undefined {
  const dialect = pair.find((target) => target.dialect !== undefined)?.dialect;
  const text = randomScenario(seed, dialect);
  const program = programOf(text, pair);
  if (program === undefined) return undefined;
  const outside = pair[1].run(beside(program, pair[1], pair));
  // What goes wrong there is told when it is waited for, not before.
  outside.catch(() => undefined);
  return { seed, text, program, outside };
}

/** What both targets can run; undefined for what is no scenario, as shrinking makes them. */
function programOf(text: string, pair: Pair): Program | undefined {
  const loaded = load(text);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) return undefined;
  return pair.some((target) => target.whyNot(program) !== undefined) ? undefined : program;
}

async function differencesOf(program: Program, pair: Pair): Promise<readonly Difference[]> {
  try {
    const [one, other] = await runBoth(program, pair);
    return compareReports(one, other, { strictly: true });
  } catch (error) {
    if (error instanceof NoAnswerError) return [noAnswer(program, error)];
    throw error;
  }
}

async function explained(
  found: { seed: number; text: string; differences: readonly Difference[] },
  pair: Pair,
): Promise<RandomFinding> {
  const { seed, text, differences } = found;
  const kind = kindOf(differences);
  const shows = async (smaller: string) => {
    const program = programOf(smaller, pair);
    return program !== undefined && kindOf(await differencesOf(program, pair)) === kind;
  };
  let again = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) again += (await shows(text)) ? 1 : 0;
  if (again < TRIES) return { seed, scenario: text, differences, isFleeting: true, bug: undefined };
  const small = await shrinkScenario(text, shows);
  const program = programOf(small, pair);
  const left = program === undefined ? differences : await differencesOf(program, pair);
  const bug = program && bugBehind(beside(program, pair[0], pair));
  const scenario = commented(small, seed, left);
  return { seed, scenario, differences: left, isFleeting: false, bug };
}

/** Shrinking must not slip from one difference to another. */
function kindOf(differences: readonly Difference[]): string {
  const [first] = differences;
  if (first === undefined) return "";
  const [, action = ""] = /^(?:\S+: )?(\S+)/.exec(first.text) ?? [];
  return `${action}: ${first.seen.join(" / ")}`;
}

function commented(text: string, seed: number, differences: readonly Difference[]): string {
  const lines = differences.map(
    ({ text: statement, seen }) => `# ${statement}: the model ${seen[0]}, the kernel ${seen[1]}.`,
  );
  return `# Random scenario ${seed}, shrunk.\n${lines.join("\n")}\n${text}`;
}
