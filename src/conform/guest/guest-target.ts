import { type Release, releaseOf } from "../../abi/index.ts";
import type { RunReport } from "../../check/index.ts";
import type { FixId } from "../../kernel/index.ts";
import type { Program } from "../../scenario/index.ts";
import { reportOf } from "../answer-report.ts";
import { Orders } from "../orders.ts";
import { runOnPuppet } from "../puppet-target.ts";
import { ARM64, type Dialect, powerpcDialect } from "../random/dialect.ts";
import type { RaceTarget } from "../target.ts";
import { TargetError } from "../target-error.ts";
import type { Races } from "../wire.ts";
import { type GuestFacts, watchingKernelToo, whyNotGuest } from "./guest-applicable.ts";
import { type GuestName, type GuestSpec, parseGuestName } from "./guest-name.ts";
import { countSlots, findFlaws, findLacks } from "./probes.ts";
import { type GuestOptions, type StartedGuest, startGuest } from "./start-guest.ts";

const LAST_LINES = 40;

/** A real kernel in an emulator. One that has hung or died is started again for the next program. */
export class GuestTarget implements RaceTarget {
  /** Nobody lives there: it may be provoked. */
  readonly isShared = false;
  readonly name: GuestName;
  readonly dialect: Dialect;
  readonly lacks: readonly FixId[];
  readonly release: Release | undefined;
  readonly #spec: GuestSpec;
  readonly #options: GuestOptions;
  readonly #facts: GuestFacts;
  #guest: Promise<StartedGuest> | undefined;
  /** The emulator's process, for who wants to see that it ends. */
  readonly pid: number | undefined;

  private constructor(guest: StartedGuest, facts: GuestFacts, options: GuestOptions) {
    this.name = facts.spec.name;
    this.dialect = dialectOf(facts.spec);
    this.lacks = facts.lacks;
    this.release = releaseOf(guest.release);
    this.#spec = facts.spec;
    this.#facts = facts;
    this.#options = options;
    this.#guest = Promise.resolve(guest);
    this.pid = guest.link.guest.pid;
  }

  static async open(name: GuestName, options: GuestOptions): Promise<GuestTarget> {
    const spec = parseGuestName(name);
    using undo = new DisposableStack();
    const guest = await startGuest(spec, options);
    undo.use(guest.link);
    const flaws = await findFlaws(spec, guest.link);
    const slots = await countSlots(spec, guest.link);
    const lacks = await findLacks(spec, guest.link);
    const without = lacks.length > 0 ? `, without the fixes ${lacks.join(", ")}` : "";
    options.progress?.(`${name}: Linux ${guest.release}, ${slots.data} watchpoints${without}`);
    undo.move();
    return new GuestTarget(guest, { spec, slots, flaws, lacks }, options);
  }

  whyNot(program: Program): string | undefined {
    return whyNotGuest(program, this.#facts);
  }

  run(program: Program): Promise<RunReport> {
    return this.#onGuest(({ link }) =>
      runOnPuppet(watchingKernelToo(program, this.#facts.flaws), link),
    );
  }

  race(
    program: Program,
    races: Races,
    onReport: (report: RunReport, seed: number) => void,
  ): Promise<void> {
    return this.#onGuest(async ({ link }) => {
      const adapted = watchingKernelToo(program, this.#facts.flaws);
      const orders = new Orders(adapted, link.cpus);
      await link.race(orders.request(), races, (answer, seed) =>
        onReport(reportOf(adapted, orders, answer), seed),
      );
    });
  }

  /** Whoever asks next, after a guest has ended, gets a fresh one. */
  async #onGuest<T>(body: (guest: StartedGuest) => Promise<T>): Promise<T> {
    this.#guest ??= startGuest(this.#spec, this.#options);
    const guest = await this.#guest;
    try {
      return await body(guest);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      const words = guest.link.guest.log.trim().split(/\r?\n/).slice(-LAST_LINES).join("\n");
      guest.link[Symbol.dispose]();
      this.#guest = undefined;
      throw words === "" ? error : new TargetError(`${error.message}: its console:\n${words}`);
    }
  }

  [Symbol.dispose](): void {
    // What could not be started has been said to whoever asked for it.
    this.#guest?.then(({ link }) => link[Symbol.dispose]()).catch(() => undefined);
    this.#guest = undefined;
  }
}

function dialectOf({ kind, cpu }: GuestSpec): Dialect {
  return kind.design === undefined ? ARM64 : powerpcDialect(cpu.arch, kind.design);
}
