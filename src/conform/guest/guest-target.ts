import type { FixId } from "../../kernel/index.ts";
import type { Program } from "../../scenario/index.ts";
import { runOnLinux } from "../linux-run.ts";
import { ARM64, type Dialect, powerpcDialect } from "../random-dialect.ts";
import type { RunReport } from "../report.ts";
import type { Target } from "../target.ts";
import { TargetError } from "../target-error.ts";
import { type GuestFacts, watchingKernelToo, whyNotGuest } from "./guest-applicable.ts";
import { type GuestName, type GuestSpec, parseGuestName } from "./guest-name.ts";
import { countSlots, findFlaws, findLacks } from "./probes.ts";
import { type GuestOptions, type StartedGuest, startGuest } from "./start-guest.ts";

/** What a kernel says on its console when something is wrong inside. */
const ALARM = /WARNING: CPU|BUG:|Oops|Kernel panic|Unable to handle|rcu: INFO|general protection/;
const MOST_LINES = 60;

/** A real kernel in an emulator. One that has hung or died is started again for the next program. */
export class GuestTarget implements Target {
  readonly name: GuestName;
  readonly dialect: Dialect;
  readonly lacks: readonly FixId[];
  readonly #spec: GuestSpec;
  readonly #options: GuestOptions;
  readonly #facts: GuestFacts;
  #guest: StartedGuest | undefined;
  #read = 0;

  private constructor(guest: StartedGuest, facts: GuestFacts, options: GuestOptions) {
    this.name = facts.spec.name;
    this.dialect = dialectOf(facts.spec);
    this.lacks = facts.lacks;
    this.#spec = facts.spec;
    this.#facts = facts;
    this.#options = options;
    this.#guest = guest;
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

  /** The emulator's process, for who wants to see that it ends. */
  get pid(): number | undefined {
    return this.#guest?.link.guest.pid;
  }

  whyNot(program: Program): string | undefined {
    return whyNotGuest(program, this.#facts);
  }

  async run(program: Program): Promise<RunReport> {
    this.#guest ??= await startGuest(this.#spec, this.#options);
    const { link } = this.#guest;
    try {
      const report = await runOnLinux(watchingKernelToo(program, this.#facts.flaws), link);
      const alarm = this.#alarm();
      if (alarm !== undefined) this.#end();
      return alarm === undefined ? report : { ...report, alarm, ok: false };
    } catch (error) {
      const alarm = this.#alarm();
      this.#end();
      if (alarm === undefined || !(error instanceof TargetError)) throw error;
      throw new TargetError(`${error.message}\n${alarm}`);
    }
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #end(): void {
    this.#guest?.link[Symbol.dispose]();
    this.#guest = undefined;
    this.#read = 0;
  }

  /** What the kernel has said since, if it is more than a remark. */
  #alarm(): string | undefined {
    const log = this.#guest?.link.guest.log ?? "";
    const fresh = log.slice(this.#read);
    this.#read = log.length;
    const at = fresh.search(ALARM);
    if (at < 0) return undefined;
    return fresh.slice(at).split(/\r?\n/).slice(0, MOST_LINES).join("\n");
  }
}

function dialectOf({ kind, cpu }: GuestSpec): Dialect {
  return kind.design === undefined ? ARM64 : powerpcDialect(cpu.arch, kind.design);
}
