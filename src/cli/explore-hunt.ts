import { setImmediate } from "node:timers/promises";
import { BugError } from "../base/index.ts";
import { recordTrace, type TraceStep, taskSwitches } from "../check/index.ts";
import {
  type Bound,
  type Counterexample,
  certify,
  type Limits,
  search,
  shrink,
  type Watch,
} from "../explore/index.ts";
import type { Violation } from "../machine/index.ts";
import {
  load,
  type Program,
  type ShortBounds,
  type ShortMachine,
  type ShortProgram,
  shortPrograms,
  shortScenario,
} from "../scenario/index.ts";
import { HuntedKernel } from "./explore-model.ts";

/** One kind of failure, in the smallest program that shows it. */
export interface Finding {
  /** From 1. */
  readonly number: number;
  readonly symptom: string;
  readonly scenario: string;
  readonly program: Program;
  readonly length: number;
  readonly counterexample: Counterexample;
  readonly violation: Violation | undefined;
  readonly trace: readonly TraceStep[];
  readonly switches: number;
}

export interface HuntOptions extends ShortBounds {
  readonly machine: Omit<ShortMachine, "cpus">;
  readonly length: number;
  readonly shard: { readonly index: number; readonly of: number };
  readonly settled: boolean;
  readonly detours: boolean;
  /** Whether programs that are too large in full are explored reduced. */
  readonly reduce: boolean;
  /** Of each search. */
  readonly limits: Limits;
  /** Of all together. */
  readonly totals: { readonly states: number; readonly seconds: number };
  readonly watch: Watch & { readonly now: () => number };
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (hunt: Hunt) => void;
}

interface Exhausted {
  /** The limits that its searches ended at. */
  readonly bounds: readonly Bound[];
  /** Whether the last search ended at nothing else either, such as a known failure or an interrupt. */
  readonly isWhole: boolean;
  readonly wasCut: boolean;
}

type Candidate = Pick<Finding, "scenario" | "program" | "length">;

/** A known failure ends a run for want of room, and an interrupt is told of on its own. */
const NO_LIMITS: ReadonlySet<Bound> = new Set(["capacity", "interrupted"]);

/** So many states are explored before signals get their turn. */
const SLICE = 4096;

/**
 * Explores program after program, the shortest first, each on one CPU before on more, and each again
 * until it fails in no way that was not met before.
 */
export class Hunt {
  readonly #options: HuntOptions;
  readonly #known = new Set<string>();
  readonly #start: number;
  /** How many programs of the length were explored, by length. */
  readonly tried = new Map<number, number>();
  states = 0;
  transitions = 0;
  /** Programs whose search ended at a limit of its own, by limit. */
  readonly bounded = new Map<Bound, number>();
  /** Programs some runs of which ended at a failure that was known. */
  cut = 0;
  /** Programs that came to their end only because interleavings were left out that lead nowhere else. */
  reduced = 0;
  findings: readonly Finding[] = [];
  /** Why not all programs were explored, if so. */
  ended: "states" | "seconds" | "interrupted" | undefined;

  constructor(options: HuntOptions) {
    this.#options = options;
    this.#start = options.watch.now();
  }

  get seconds(): number {
    return (this.#options.watch.now() - this.#start) / 1000;
  }

  /** Whether all that was wanted was explored to its end. Known failures end runs all the same. */
  get isWhole(): boolean {
    return this.ended === undefined && this.bounded.size === 0;
  }

  async run(): Promise<void> {
    const { length: longest, shard } = this.#options;
    for (let length = 1; length <= longest; length++) {
      this.tried.set(length, 0);
      let index = 0;
      for (const program of shortPrograms(this.#options, length)) {
        if (index++ % shard.of !== shard.index) continue;
        this.ended = this.#whyOver();
        if (this.ended !== undefined) return;
        await this.#explore(program);
        if (this.#whyOver() === "interrupted") continue;
        this.tried.set(length, (this.tried.get(length) ?? 0) + 1);
        this.#options.onProgress(this);
      }
    }
  }

  #whyOver(): "states" | "seconds" | "interrupted" | undefined {
    const { totals, watch } = this.#options;
    if (watch.isInterrupted?.() === true) return "interrupted";
    if (this.states >= totals.states) return "states";
    return this.seconds >= totals.seconds ? "seconds" : undefined;
  }

  async #explore(short: ShortProgram): Promise<void> {
    const { machine, settled } = this.#options;
    const bounds = new Set<Bound>();
    let wasCut = false;
    let wasReduced = false;
    for (let cpus = cpusNamed(short); cpus <= this.#options.cpus; cpus++) {
      const scenario = shortScenario(short, { ...machine, cpus }, { settled });
      const candidate = { scenario, program: programOf(scenario), length: short.length };
      const full = await this.#exhaust(candidate, { reduce: false });
      wasCut ||= full.wasCut;
      const isReduced = full.bounds.includes("states") && (await this.#endsReduced(candidate));
      wasReduced ||= isReduced;
      if (!isReduced) for (const bound of full.bounds) bounds.add(bound);
    }
    if (wasCut) this.cut++;
    if (wasReduced && bounds.size === 0) this.reduced++;
    for (const bound of bounds) this.bounded.set(bound, (this.bounded.get(bound) ?? 0) + 1);
  }

  /**
   * Whether a program that is too large in full is not if it is reduced, and fails in no way at all. To
   * a run that fails there may be a twin that was left out, in which the same failure looks like another
   * kind: so where there is one, what was explored in full is all that can be said.
   */
  async #endsReduced(candidate: Candidate): Promise<boolean> {
    if (!this.#options.reduce || this.#whyOver() !== undefined) return false;
    const { isWhole, wasCut } = await this.#exhaust(candidate, { reduce: true });
    return isWhole && !wasCut;
  }

  /** Explores a program until it fails in no way that was not met before. */
  async #exhaust(candidate: Candidate, { reduce }: { reduce: boolean }): Promise<Exhausted> {
    const bounds = new Set<Bound>();
    let wasCut = false;
    for (;;) {
      const { result, model } = await this.#search(candidate.program, reduce);
      wasCut ||= model.wasCut;
      for (const bound of result.bounds) if (!NO_LIMITS.has(bound)) bounds.add(bound);
      const isWhole = result.bounds.length === 0;
      if (result.counterexample === undefined) return { bounds: [...bounds], isWhole, wasCut };
      this.#found(candidate, model.symptom, result.counterexample);
    }
  }

  async #search(program: Program, reduce: boolean) {
    const { watch } = this.#options;
    const limits = reduce ? partOf(this.#options.limits) : this.#options.limits;
    const model = this.#modelOf(program, reduce);
    const it = search(model, { fuse: true, limits, watch });
    while (it.advance(SLICE)) await setImmediate();
    const result = it.result();
    this.states += result.states;
    this.transitions += result.transitions;
    return { result, model };
  }

  #modelOf(program: Program, reduce = false): HuntedKernel {
    const { detours } = this.#options;
    return new HuntedKernel(program, this.#known, { name: "a short program", detours, reduce });
  }

  #found({ scenario, program, length }: Candidate, symptom: string, found: Counterexample): void {
    const counterexample = shrink(this.#modelOf(program), found);
    const again = this.#modelOf(program);
    if (certify(again, counterexample) === undefined)
      throw new BugError(`${counterexample.property} does not happen again`);
    const { violation } = again;
    const trace = recordTrace(this.#modelOf(program), counterexample.moves);
    const number = this.findings.length + 1;
    const switches = taskSwitches(trace);
    const rest = { counterexample, violation, trace, switches };
    const finding = { number, symptom, scenario, program, length, ...rest };
    this.#known.add(symptom);
    this.findings = [...this.findings, finding];
    this.#options.onFinding(finding);
  }
}

/** A state takes several times as long when it is reduced: a second try is to cost no more than the first. */
function partOf(limits: Limits): Limits {
  return limits.states === undefined ? limits : { ...limits, states: Math.ceil(limits.states / 4) };
}

/** How many programs there are by length, whoever explores them; undefined: more than are counted. */
export type Totals = ReadonlyMap<number, number | undefined>;

/** To count more takes longer than anybody wants to wait before anything begins. */
export const MOST_COUNTED = 1_000_000;

export function programsByLength(options: ShortBounds & { readonly length: number }): Totals {
  const totals = new Map<number, number | undefined>();
  for (let length = 1; length <= options.length; length++) {
    const isMore = length > 1 && totals.get(length - 1) === undefined;
    totals.set(length, isMore ? undefined : countOf(options, length));
  }
  return totals;
}

function countOf(bounds: ShortBounds, length: number): number | undefined {
  let count = 0;
  for (const _ of shortPrograms(bounds, length)) {
    if (++count > MOST_COUNTED) return undefined;
  }
  return count;
}

/** One that names the second CPU has no use for fewer. */
function cpusNamed({ lines }: ShortProgram): number {
  const named = lines.flatMap((line) => [...line.matchAll(/cpu(\d+)/g)].map((it) => Number(it[1])));
  return 1 + Math.max(0, ...named);
}

function programOf(scenario: string): Program {
  const loaded = load(scenario);
  const program = loaded.ok ? loaded.value.programs[0] : undefined;
  if (program === undefined) throw new BugError(`a program that is no scenario: ${scenario}`);
  return program;
}
