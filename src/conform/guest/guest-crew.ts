import { availableParallelism } from "node:os";
import { NoAnswerError, TargetError } from "../target-error.ts";
import type { GuestSpec } from "./guest-name.ts";
import { type GuestOptions, type StartedGuest, startGuest } from "./start-guest.ts";

const LAST_LINES = 40;
/** One emulated computer keeps one processor busy. */
const MOST = Math.min(2, availableParallelism());

type Job = (guest: StartedGuest | TargetError) => void;

interface CrewOptions extends GuestOptions {
  /** How one more is started, if not as all guests are. */
  readonly start?: (spec: GuestSpec, options: GuestOptions) => Promise<StartedGuest>;
}

/**
 * Guests that are all alike, each with one program at a time. There is one, until more than one program
 * waits for it. Whoever has hung or died is ended, and another one is started for the next; so is whoever
 * will not be the same again.
 */
export class GuestCrew implements Disposable {
  readonly #spec: GuestSpec;
  readonly #options: CrewOptions;
  readonly #most: number;
  readonly #all = new Set<StartedGuest>();
  readonly #idle: StartedGuest[] = [];
  readonly #waiting: Job[] = [];
  #starting = 0;
  #isOver = false;

  constructor(first: StartedGuest, spec: GuestSpec, options: CrewOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#most = options.isParallel === true ? 1 : MOST; // one keeps all processors busy
    this.#all.add(first);
    this.#idle.push(first);
  }

  /** What `body` does with one of them; `isSpoilt` says of the result whether to do without it from now on. */
  async on<T>(
    body: (guest: StartedGuest) => Promise<T>,
    isSpoilt: (result: T) => boolean = () => false,
  ): Promise<T> {
    const guest = await this.#borrow();
    try {
      const result = await body(guest);
      if (isSpoilt(result)) this.#end(guest);
      else this.#giveBack(guest);
      return result;
    } catch (error) {
      if (!(error instanceof TargetError)) {
        this.#giveBack(guest);
        throw error;
      }
      const words = guest.link.guest.log.trim().split(/\r?\n/).slice(-LAST_LINES).join("\n");
      this.#end(guest);
      throw new NoAnswerError(error.message, words);
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const { link } of this.#all) link[Symbol.dispose]();
    this.#all.clear();
  }

  async #borrow(): Promise<StartedGuest> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const guest = await new Promise<StartedGuest | TargetError>((resolve) => {
      this.#waiting.push(resolve);
      this.#grow();
    });
    if (guest instanceof TargetError) throw guest;
    return guest;
  }

  #giveBack(guest: StartedGuest): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(guest);
    else next(guest);
  }

  #end(guest: StartedGuest): void {
    this.#all.delete(guest);
    guest.link[Symbol.dispose]();
    if (this.#waiting.length > 0) this.#grow();
  }

  /** Starts one more, if there may be more. What it cannot tell anybody is told to all that wait. */
  #grow(): void {
    if (this.#all.size + this.#starting >= this.#most) return;
    this.#starting++;
    const { start = startGuest } = this.#options;
    start(this.#spec, this.#options).then(
      (guest) => {
        this.#starting--;
        if (this.#isOver) return guest.link[Symbol.dispose]();
        this.#all.add(guest);
        return this.#giveBack(guest);
      },
      (error: unknown) => {
        this.#starting--;
        if (this.#all.size > 0) return; // the others go on
        const why = error instanceof TargetError ? error : new TargetError(String(error));
        for (const job of this.#waiting.splice(0)) job(why);
      },
    );
  }
}
