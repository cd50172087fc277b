import { asPid } from "../base/index.ts";
import type { Frame, SymbolSource } from "../symbols/index.ts";
import type { RawHit } from "./raw-hit.ts";
import type { Spot } from "./spot.ts";

/** Who made an access: the code, and the callers if a call chain was taken. */
export interface Named {
  /** The writer to name: the instruction's function, or the JavaScript that it worked for. */
  readonly frame: Frame;
  /** The code at the trap, where that is a builtin or a library working for `frame`. */
  readonly via: Frame | undefined;
}

/** Puts names to hits. */
export class Namer {
  /** Some name is that of optimised code, which may have other functions inlined. */
  sawInlining = false;
  private readonly symbols: SymbolSource;
  private readonly spots: readonly Spot[];
  private readonly inlines: boolean;
  /** Data breakpoints of this architecture trap after the access. */
  private readonly trapsAfter: boolean;
  /** Names depend on the call chain, not on the instruction alone. */
  readonly chained: boolean;

  constructor(
    symbols: SymbolSource,
    how: {
      readonly spots: readonly Spot[];
      readonly trapsAfter: boolean;
      readonly chained: boolean;
      /** Optimised scripts may have functions inlined. */
      readonly inlines: boolean;
    },
  ) {
    this.symbols = symbols;
    this.spots = how.spots;
    this.trapsAfter = how.trapsAfter;
    this.chained = how.chained;
    this.inlines = how.inlines;
  }

  name(hit: RawHit): Named {
    const named = this.nameOf(hit);
    const { tier } = named.frame;
    if (this.inlines && (tier === "optimised" || tier === "maglev")) this.sawInlining = true;
    return named;
  }

  private nameOf(hit: RawHit): Named {
    const frame = this.atTrap(hit);
    if (!this.chained || hit.kernel || frame.tier !== undefined) return { frame, via: undefined };
    // Native code and V8's builtins work for JavaScript: name the first function of that, if any.
    const script = hit
      .stack()
      .slice(1)
      .map(({ address }) => this.caller(hit.pid, address, "user"))
      .find(({ tier }) => tier !== undefined);
    return script === undefined ? { frame, via: undefined } : { frame: script, via: frame };
  }

  /**
   * The call chain by name, innermost first. It is cut where an address is no code that we know: code
   * without frame pointers leaves anything at all where the next one would be.
   */
  stack(hit: RawHit): readonly Frame[] {
    const [, ...callers] = hit.stack();
    const frames = callers.map(({ address, mode }) => this.caller(hit.pid, address, mode));
    const end = frames.findIndex(({ kind }) => kind === "unknown");
    return [this.atTrap(hit), ...(end < 0 ? frames : frames.slice(0, end))];
  }

  private atTrap(hit: RawHit): Frame {
    const after = this.trapsAfter && this.spots[hit.spot]?.mode !== "x";
    const mode = hit.kernel ? "kernel" : "user";
    return this.symbols.resolve(asPid(hit.pid), hit.ip, { mode, after });
  }

  /** A return address follows the call. */
  private caller(pid: number, address: bigint, mode: "user" | "kernel"): Frame {
    return this.symbols.resolve(asPid(pid), address, { mode, after: true });
  }
}
