/** What a budget needs to be told, and what it may do. */
export interface BudgetParts {
  /** The most of one CPU's time that traps may take, as a share of 1. */
  readonly share: number;
  /** ns that one trap takes. */
  readonly trapNs: number;
  /** Traps so far, wanted or not. */
  readonly traps: () => bigint;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Told of each pause when it is over. */
  readonly paused?: (from: bigint, to: bigint) => void;
}

/** Time over which a burst may use what was not used before. */
const SAVED_NS = 1e9;

/**
 * Keeps what the traps cost within a share of the time: when more has been spent than the time that
 * has gone by allows, it disarms until enough more has gone by.
 */
export class Budget {
  pauses = 0;
  private readonly parts: BudgetParts;
  private checkedNs: bigint;
  private counted = 0n;
  /** ns of traps that may be taken now; what is not used is not saved for longer than a moment. */
  private creditNs: number;
  private pausedAtNs: bigint | undefined;
  private pausedNs = 0n;

  constructor(parts: BudgetParts, nowNs: bigint) {
    this.parts = parts;
    this.checkedNs = nowNs;
    this.creditNs = this.mostNs;
  }

  /** Looks at the cost so far, and disarms or arms again. */
  check(nowNs: bigint): void {
    const { share, trapNs, traps, pause, resume } = this.parts;
    const count = traps();
    const earnedNs = Number(nowNs - this.checkedNs) * share;
    const spentNs = Number(count - this.counted) * trapNs;
    this.creditNs = Math.min(this.creditNs + earnedNs, this.mostNs) - spentNs;
    this.checkedNs = nowNs;
    this.counted = count;
    if (this.pausedAtNs === undefined && this.creditNs < 0) {
      this.pausedAtNs = nowNs;
      this.pauses += 1;
      pause();
    } else if (this.pausedAtNs !== undefined && this.creditNs >= 0) {
      this.end(nowNs);
      resume();
    }
  }

  /** A pause that there may be is over, if only because the watch is. */
  end(nowNs: bigint): void {
    if (this.pausedAtNs === undefined) return;
    this.pausedNs += nowNs - this.pausedAtNs;
    this.parts.paused?.(this.pausedAtNs, nowNs);
    this.pausedAtNs = undefined;
  }

  private get mostNs(): number {
    return this.parts.share * SAVED_NS;
  }

  /** How long it has been disarmed, until now. */
  disarmedNs(nowNs: bigint): bigint {
    return this.pausedNs + (this.pausedAtNs === undefined ? 0n : nowNs - this.pausedAtNs);
  }
}
