import { globSync, readFileSync } from "node:fs";
import type { Program } from "../../src/scenario/index.ts";
import { type Mutant, mutate } from "./mutation.ts";

const CHECK = new URL("../../src/check/", import.meta.url).href;
const EXPLORE = new URL("../../src/explore/", import.meta.url).href;
const SCENARIO = new URL("../../src/scenario/", import.meta.url).href;
const MOST_STATES = 1000;
/** What is longer is left out, or not explored to the end: there are programs enough. */
const MOST_RUN = 200;
const MOST_EXPLORED = 20;
const MOST_ACTORS = 4;
const MOST_SECONDS = 5;
const EVERY_ARCH = "$1\narch x86\narch arm64";
const DESIGNS = ["a", "b", "c", "per-cpu", "d"] as const;

/** What is seen of a mutant: a property, what a scenario expects, or that the model itself breaks. */
export type Kill = { readonly by: "property" | "expectation" | "assertion"; readonly what: string };

/** Where a design's own code is changed it is tried on that; else on the one that has no failures. */
export function designsFor({ file }: Mutant): readonly string[] {
  if (file === "designs/last-hit.ts") return ["a", "b", "d"];
  if (file === "designs/in-event.ts" || file === "trap/thread-change-pc.ts") return ["c"];
  return file === "designs/on-cpu.ts" ? ["per-cpu"] : ["d"];
}

/** One program of the library, on one machine. */
export interface Trial {
  readonly name: string;
  readonly program: Program;
  /** Whether several tasks act at once, so that there is more than one order. */
  readonly isRaced: boolean;
}

export interface Model {
  /** In the order of its file; undefined if nothing is wrong. */
  run(trial: Trial): Kill | undefined;
  /** In every order, up to a bound. */
  explore(trial: Trial): Kill | undefined;
}

/** Every program of the library as it is meant to be, on each design that may be clean. */
export async function trials(): Promise<readonly Trial[]> {
  const { load } = await import(`${SCENARIO}index.ts`);
  // The bugs of the past first: what they are about is what breaks.
  const files = ["bugs", "proofs", "conformance"].flatMap((folder) =>
    globSync(`scenarios/${folder}/*.scn`).sort(),
  );
  return files.flatMap((file) => {
    // What is proven of one architecture can be asked of the others, too.
    const own = readFileSync(file, "utf8");
    const text = file.includes("/proofs/") ? own.replace(/^(arch .*)$/m, EVERY_ARCH) : own;
    const loaded = load(text);
    if (!loaded.ok) throw new Error(`${file}: it cannot be read`);
    const programs: readonly Program[] = loaded.value.programs;
    return programs.filter(isShort).flatMap((program, at) => {
      const { machine } = program;
      const ofPowerpc = machine.arch.startsWith("powerpc");
      const designs = ofPowerpc ? DESIGNS : [undefined];
      return designs.map((design) => ({
        name: `${file.replace("scenarios/", "")}:${at}${design === undefined ? "" : ` ${design}`}`,
        program: { ...program, withoutFixes: [], machine: { ...machine, design } },
        isRaced: isRaced(program),
      }));
    });
  });
}

function isRaced(program: Program): boolean {
  if (lengthOf(program) > MOST_EXPLORED || actorsOf(program).size > MOST_ACTORS) return false;
  const byPhase = Map.groupBy(program.steps, ({ phase }) => phase);
  return [...byPhase.values()].some((it) => new Set(it.map(({ actor }) => actor)).size > 1);
}

function actorsOf({ steps }: Program): ReadonlySet<string> {
  return new Set(steps.map(({ actor }) => actor));
}

function lengthOf({ steps }: Program): number {
  return steps.reduce((sum, { times }) => sum + times, 0);
}

function isShort(program: Program): boolean {
  return lengthOf(program) <= MOST_RUN && program.machine.cpus <= 4;
}

/** The model with a mutant in it, loaded for it alone. */
export async function modelWith(mutant: Mutant | undefined, number: number): Promise<Model> {
  const query = mutate(mutant, number);
  const { runOnModel } = await import(`${CHECK}model-run.ts${query}`);
  const { explorableProgram } = await import(`${CHECK}explorable-program.ts${query}`);
  const { explore } = await import(`${EXPLORE}index.ts${query}`);
  const limits = { states: MOST_STATES, seconds: MOST_SECONDS };
  const watch = { now: () => performance.now() };
  return {
    run: ({ program }) =>
      caught(() => {
        const { violation, statements, checks } = runOnModel(program);
        if (violation !== undefined) return kill(violation.property);
        const isExpected = [...statements, ...checks].every((it: { ok: boolean }) => it.ok);
        return isExpected ? undefined : kill("expectation");
      }),
    explore: ({ name, program }) =>
      caught(() => {
        const model = explorableProgram(program, name, { detours: false, reduce: true });
        // The programs of the library all end, and as they are some end of each is soon found.
        let hasEnded = false;
        const atEnd = model.atEnd.bind(model);
        model.atEnd = () => {
          hasEnded = true;
          return atEnd();
        };
        const { counterexample, verdict, unreached } = explore(model, {
          order: "depth",
          store: "fingerprint",
          limits,
          watch,
        });
        if (counterexample !== undefined) return kill(counterexample.property);
        if (verdict === "bounded") return undefined;
        if (!hasEnded) return kill("no end");
        return unreached.length > 0 ? kill("expectation") : undefined;
      }),
  };
}

function kill(property: string): Kill {
  return { by: property === "expectation" ? "expectation" : "property", what: property };
}

function caught(body: () => Kill | undefined): Kill | undefined {
  try {
    return body();
  } catch (error) {
    return { by: "assertion", what: error instanceof Error ? error.message : String(error) };
  }
}
