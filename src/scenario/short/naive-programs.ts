/**
 * The same programs, found the slow way, for tests: every list of lines with every name in every
 * place, then one for each set of those that differ by names and by the order between tasks. Only
 * for stores, loads, births, exits and closes by at most two tasks, with at most two events.
 */
export function naivePrograms(length: number): ReadonlySet<string> {
  const found = new Set<string>();
  const lines: Line[] = [];
  const grow = (left: number) => {
    if (left === 0 && isMeant(lines)) found.add(canonical(lines));
    if (left === 0) return;
    for (const line of LINES) {
      if (line.length > left) continue;
      lines.push(line);
      grow(left - line.length);
      lines.pop();
    }
  };
  grow(length);
  return found;
}

interface Line {
  readonly actor: string;
  readonly words: readonly string[];
  readonly length: number;
}

const TASKS = ["P", "C"];
const EVENTS = ["e", "d"];
const OPTIONS = ["rw", "y", "target", "disabled", "inherit", "pinned"];

const LINES: readonly Line[] = TASKS.flatMap((actor) => [
  ...["store x", "load x", "exit", "fork C", "thread C", "close e", "close d"].map((words) =>
    lineOf(actor, words, 1),
  ),
  ...["store y", "fork C no-fds"].map((words) => lineOf(actor, words, 2)),
  ...EVENTS.flatMap((event) =>
    subsets(OPTIONS).map((options) =>
      lineOf(actor, `open ${event} ${options.join(" ")}`, 1 + options.length),
    ),
  ),
]);

function lineOf(actor: string, words: string, length: number): Line {
  return { actor, words: words.trim().split(" "), length };
}

function subsets(of: readonly string[]): readonly (readonly string[])[] {
  const [first, ...rest] = of;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((it) => [it, [first, ...it]]);
}

/** Whether the lines can be done in this order, and each of them means something. */
function isMeant(lines: readonly Line[]): boolean {
  return lines.every((_, at) => isPossible(lines, at)) && meansSomething(lines);
}

function isPossible(lines: readonly Line[], at: number): boolean {
  const line = lines[at];
  if (line === undefined) return false;
  const { actor, words } = line;
  const before = lines.slice(0, at);
  const own = before.filter((it) => it.actor === actor);
  const birth = before.findIndex((it) => isBirth(it));
  if (actor === "C" && birth < 0) return false;
  if (own.some((it) => it.words[0] === "exit")) return false;
  switch (words[0]) {
    case "fork":
    case "thread":
      return actor === "P" && birth < 0;
    case "open": {
      const isNew = !before.some((it) => it.words[0] === "open" && it.words[1] === words[1]);
      const other = actor === "P" ? "C" : "P";
      const canTarget =
        birth >= 0 && !before.some((it) => it.actor === other && it.words[0] === "exit");
      return isNew && (!words.includes("target") || canTarget);
    }
    case "close":
      return canClose(before, line, birth);
    default:
      // Nothing is open, and nobody is there who could open something.
      return birth >= 0 || before.some((it) => it.words[0] === "open");
  }
}

function isBirth({ words }: Line): boolean {
  return words[0] === "fork" || words[0] === "thread";
}

/** It was opened by the closer; or a thread of its process before, as far as the closer can know. */
function canClose(before: readonly Line[], { actor, words }: Line, birth: number): boolean {
  const name = words[1];
  const openedAt = before.findIndex((it) => it.words[0] === "open" && it.words[1] === name);
  if (openedAt < 0) return false;
  const closings = before
    .map((it, at) => ({ ...it, at }))
    .filter((it) => it.words[0] === "close" && it.words[1] === name);
  if (closings.some((it) => it.actor === actor)) return false;
  const opener = before[openedAt]?.actor;
  if (opener === actor) return true;
  const [kind, , noFds] = before[birth]?.words ?? [];
  if (actor === "P") return kind === "thread";
  const isInherited = openedAt < birth && noFds === undefined;
  return isInherited && !closings.some((it) => it.actor === "P" && it.at < birth);
}

function meansSomething(lines: readonly Line[]): boolean {
  const says = (word: string) => lines.some(({ words }) => words.includes(word));
  const opens = lines.filter(({ words }) => words[0] === "open");
  if (opens.length === 0 || firstVariable(lines) === "y") return false;
  if (opens.some(({ words }) => words.includes("rw")) && !says("load")) return false;
  // What P opens for its children comes before they are born.
  return lines.every(({ actor, words }, at) => {
    if (!words.includes("inherit")) return true;
    return actor === "P" && lines.slice(at).some(isBirth);
  });
}

/** The variable that is named first, where a child's lines stand behind its birth. */
function firstVariable(lines: readonly Line[]): string | undefined {
  const [own, child] = TASKS.map((task) => lines.filter(({ actor }) => actor === task));
  const birth = 1 + (own?.findIndex(isBirth) ?? -1);
  const inOrder = own?.toSpliced(birth, 0, ...(child ?? [])) ?? [];
  const named = inOrder.filter(({ words }) => ["open", "store", "load"].includes(words[0] ?? ""));
  const [first] = named;
  return first && (first.words.includes("y") ? "y" : "x");
}

/** Each actor's lines, with the names that come first in the alphabet. */
function canonical(lines: readonly Line[]): string {
  const renamings = [(word: string) => word, (word: string) => ({ e: "d", d: "e" })[word] ?? word];
  const texts = renamings.map((rename) =>
    TASKS.map((task) =>
      lines
        .filter(({ actor }) => actor === task)
        .map(({ words }) => words.map(rename).join(" "))
        .join("; "),
    ).join(" | "),
  );
  return texts.toSorted()[0] ?? "";
}
