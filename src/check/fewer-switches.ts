import { type FewestRun, FewestSwitches } from "../explore/index.ts";
import { taskName } from "../kernel/index.ts";
import { type Done, NULL } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { taskSwitches } from "./check-program.ts";
import { explorableProgram } from "./explorable-program.ts";
import { replayRun } from "./replay-run.ts";
import type { Replayable } from "./replayable.ts";

/**
 * Looks for another run of the same program that fails with the same words, and with fewer switches:
 * first where no kernel thread preempts a task, for these are few, then everywhere.
 */
export class FewerSwitches {
  /** Of the run that there is. */
  readonly switches: number;
  readonly #run: Replayable;
  readonly #program: Program;
  readonly #failure: { readonly property: string; readonly what: string };
  #best: FewestRun | undefined;
  #search: FewestSwitches;
  #isCalm = true;
  #before = 0;

  /** Throws the ReplayError if the run cannot be done again. */
  constructor(run: Replayable) {
    const { program, failure, steps } = replayRun(run);
    this.#run = run;
    this.#program = program;
    this.#failure = failure;
    this.switches = taskSwitches(steps);
    this.#search = this.#searchFor({ detours: false });
  }

  /** How many states were explored. */
  get states(): number {
    return this.#before + this.#search.states;
  }

  /** Explores so many states more; false at the end, when no run has fewer than what was found. */
  advance(states: number): boolean {
    if (this.#search.advance(states)) return true;
    this.#best = this.#search.result ?? this.#best;
    if (!this.#isCalm) return false;
    this.#before = this.#search.states;
    this.#isCalm = false;
    this.#search = this.#searchFor({ detours: true });
    return true;
  }

  /** The run with the fewest so far, if one with fewer was found. Whoever shows it does it again. */
  get found(): Replayable | undefined {
    return this.#best && { ...this.#run, moves: this.#best.moves };
  }

  #searchFor({ detours }: { detours: boolean }): FewestSwitches {
    const { property, what } = this.#failure;
    const model = explorableProgram(this.#program, this.#run.file, { detours });
    const { kernel } = model;
    let done: Done | undefined;
    kernel.machine.onStep = (it) => {
      done = it;
    };
    const runners = new Map<string, number>();
    return new FewestSwitches(model, {
      below: this.#best?.switches ?? this.switches,
      isSought: (it) => it.property === property && it.what === what,
      runner: () => {
        if (done === undefined || done.task === NULL) return undefined;
        const name = `${taskName(kernel, done.task)} ${done.cpu}`;
        const runner = runners.get(name) ?? runners.size;
        runners.set(name, runner);
        return runner;
      },
    });
  }
}
