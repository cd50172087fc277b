import { type Release, releaseOf } from "../../abi/index.ts";
import type { RunReport } from "../../check/index.ts";
import type { FixId } from "../../kernel/index.ts";
import type { Program } from "../../scenario/index.ts";
import { reportOf } from "../answer-report.ts";
import { complaintsIn } from "../kernel-complaints.ts";
import { Orders } from "../orders.ts";
import { runOnPuppet } from "../puppet-target.ts";
import { ARM64, type Dialect, powerpcDialect } from "../random/dialect.ts";
import type { RaceTarget } from "../target.ts";
import type { Races } from "../wire.ts";
import { type GuestFacts, watchingKernelToo, whyNotGuest } from "./guest-applicable.ts";
import { GuestCrew } from "./guest-crew.ts";
import { type GuestName, type GuestSpec, parseGuestName } from "./guest-name.ts";
import { countSlots, findFlaws, findLacks } from "./probes.ts";
import { type GuestOptions, type StartedGuest, startGuest } from "./start-guest.ts";

/** A real kernel in an emulator, or two of them where that is faster. */
export class GuestTarget implements RaceTarget {
  /** Nobody lives there: it may be provoked. */
  readonly isShared = false;
  readonly name: GuestName;
  readonly dialect: Dialect;
  readonly lacks: readonly FixId[];
  readonly release: Release | undefined;
  readonly #facts: GuestFacts;
  readonly #crew: GuestCrew;
  /** The first emulator's process, for who wants to see that it ends. */
  readonly pid: number | undefined;

  private constructor(guest: StartedGuest, facts: GuestFacts, options: GuestOptions) {
    this.name = facts.spec.name;
    this.dialect = dialectOf(facts.spec);
    this.lacks = facts.lacks;
    this.release = releaseOf(guest.release);
    this.#facts = facts;
    this.#crew = new GuestCrew(guest, facts.spec, options);
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
    // A kernel that has found itself to be wrong may count wrongly from then on.
    return this.#crew.on(
      ({ link }) => runOnPuppet(watchingKernelToo(program, this.#facts.flaws), link),
      ({ log }) => complaintsIn(log).length > 0,
    );
  }

  race(
    program: Program,
    races: Races,
    onReport: (report: RunReport, seed: number) => void,
  ): Promise<void> {
    return this.#crew.on(async ({ link }) => {
      const adapted = watchingKernelToo(program, this.#facts.flaws);
      const orders = new Orders(adapted, link.cpus);
      await link.race(orders.request(), races, (answer, seed) =>
        onReport(reportOf(adapted, orders, answer), seed),
      );
    });
  }

  [Symbol.dispose](): void {
    this.#crew[Symbol.dispose]();
  }
}

function dialectOf({ kind, cpu }: GuestSpec): Dialect {
  return kind.design === undefined ? ARM64 : powerpcDialect(cpu.arch, kind.design);
}
