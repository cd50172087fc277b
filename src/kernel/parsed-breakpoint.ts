import type { Access, Architecture, Installed } from "../arch/index.ts";
import type { Errno, Result, Va } from "../base/index.ts";

/** An access, and the number that it shares with its equals. */
export interface NumberedAccess {
  readonly access: Access;
  readonly id: number;
}

/** What is asked for, for whom, and what the architecture makes of it. */
interface Parsed {
  /** The words that it was parsed from. */
  readonly addr: number;
  readonly modes: number;
  readonly first: Va;
  readonly len: number;
  readonly type: number;
  readonly result: Result<Installed, Errno>;
}

/**
 * A breakpoint as an architecture parses it. It meets the same few accesses time and again, and to
 * compare addresses of 64 bits is slow: each verdict is reached once and then looked up.
 */
export class ParsedBreakpoint {
  readonly result: Result<Installed, Errno>;
  readonly #arch: Architecture;
  readonly #parsed: Parsed;
  /** Whether it watches the kernel's half of the addresses. */
  readonly isKernels: boolean;
  readonly #traps: (boolean | undefined)[] = [];
  readonly #counts: (boolean | undefined)[] = [];

  constructor(arch: Architecture, parsed: Parsed) {
    this.result = parsed.result;
    this.#arch = arch;
    this.isKernels = parsed.result.ok && arch.inKernelSpace(parsed.result.value);
    this.#parsed = parsed;
  }

  isOf(addr: number, len: number, type: number, modes: number): boolean {
    const it = this.#parsed;
    return it.addr === addr && it.len === len && it.type === type && it.modes === modes;
  }

  /** Whether its register, if it is armed, raises the exception. */
  traps({ access, id }: NumberedAccess): boolean {
    let verdict = this.#traps[id];
    if (verdict === undefined) {
      verdict = this.result.ok && this.#arch.traps(this.result.value.register, access);
      remember(this.#traps, id, verdict);
    }
    return verdict;
  }

  /**
   * Whether it is to count an access. What this architecture refuses to install, and some kernel did
   * all the same, is judged by its bytes alone.
   */
  counts({ access, id }: NumberedAccess): boolean {
    let verdict = this.#counts[id];
    if (verdict === undefined) {
      verdict = this.result.ok
        ? this.#arch.accessMatches(this.result.value, access) === "hit"
        : touchesBytes(this.#parsed, access);
      remember(this.#counts, id, verdict);
    }
    return verdict;
  }
}

/** Without holes, for an array with holes is slow to read. */
function remember(verdicts: (boolean | undefined)[], id: number, verdict: boolean): void {
  while (verdicts.length <= id) verdicts.push(undefined);
  verdicts[id] = verdict;
}

function touchesBytes({ first, len, type }: Parsed, access: Access): boolean {
  const last = first + BigInt(len) - 1n;
  const wanted = access.kind === "load" ? type & 1 : access.kind === "store" ? type & 2 : type & 3;
  return wanted !== 0 && access.first <= last && first <= access.last;
}
