// Tries one mutant after the other, as the parent process says, and tells what has killed each.
import { designsFor, type Kill, type Model, modelWith, type Trial, trials } from "./judge.ts";
import { allMutants } from "./mutation.ts";

/** The number of the mutant to be tried. */
export type Order = { readonly number: number };
/** Undefined is what nothing has killed. */
export type Answer = { readonly kill: KillIn | undefined };
export type KillIn = Kill & { readonly trial: string };

/** What only an expectation has killed is looked at for so long in hope of a property. */
const SECOND_LOOK_MS = 1500;
type Way = "run" | "explore";

const original = await modelWith(undefined, 0);
/** What has killed one mutant is tried first on the next. */
const order: Record<Way, Trial[]> = { run: [...(await trials())], explore: [] };
order.explore = order.run.filter(({ isRaced }) => isRaced);
/** Whether the model as it is fails in a trial, too. */
const failing = new Map<string, boolean>();
const mutants = allMutants();

process.on("message", async ({ number }: Order) => {
  process.send?.({ kill: await tryOne(number) } satisfies Answer);
});

async function tryOne(number: number): Promise<KillIn | undefined> {
  const mutant = mutants[number];
  if (mutant === undefined) return undefined;
  const designs = designsFor(mutant);
  const isMeant = ({ program }: Trial) =>
    program.machine.design === undefined || designs.includes(program.machine.design);
  try {
    const model = await modelWith(mutant, number + 1);
    const inOrder = firstKill(model, "run", isMeant, undefined);
    if (inOrder !== undefined && inOrder.by !== "expectation") return inOrder;
    return firstKill(model, "explore", isMeant, inOrder);
  } catch (error) {
    return { by: "assertion", what: String(error), trial: "loading" };
  }
}

/** The first that a property kills; else `known`, or the first that an expectation does. */
function firstKill(
  model: Model,
  way: Way,
  isMeant: (trial: Trial) => boolean,
  known: KillIn | undefined,
): KillIn | undefined {
  let found = known;
  const start = performance.now();
  for (const trial of order[way].filter(isMeant)) {
    if (found !== undefined && performance.now() - start > SECOND_LOOK_MS) break;
    if (isFailing(trial, way)) continue;
    const kill = model[way](trial);
    if (kill === undefined) continue;
    if (kill.by === "expectation" && found !== undefined) continue;
    if (fails(trial, way)) continue;
    found = { ...kill, trial: trial.name };
    order[way] = [trial, ...order[way].filter((it) => it !== trial)];
    if (kill.by !== "expectation") break;
  }
  return found;
}

/** As far as it is known. */
function isFailing(trial: Trial, way: Way): boolean {
  return failing.get(`${way} ${trial.name}`) === true;
}

function fails(trial: Trial, way: Way): boolean {
  const key = `${way} ${trial.name}`;
  let known = failing.get(key);
  if (known === undefined) {
    known = original[way](trial) !== undefined;
    failing.set(key, known);
  }
  return known;
}
