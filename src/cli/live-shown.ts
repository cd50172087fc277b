import type { RecordedStack } from "../recording/index.ts";
import { type RawHit, recordedSpot, type Session } from "../watch/index.ts";
import { pointerNames } from "./pointer-names.ts";
import type { Shown, ShownHit, ShownName } from "./shown.ts";
import { version } from "./version.ts";

/** A running watch as views show it. */
export function shownSession(session: Session): Shown {
  const { spots, arming, cpus, launched } = session.parts;
  return {
    trapline: version(),
    spots: spots.map(recordedSpot),
    strategy: arming.strategy,
    cpus,
    pid: launched?.pid,
    sinceNs: session.sinceNs,
    sinceWall: new Date().toISOString(),
    valueFormat: (owner) => pointerNames(session, owner),
  };
}

/** The hit that a session tells of: one object for all, looked at only where a view looks. */
export class LiveHit implements ShownHit {
  private readonly session: Session;
  private raw: RawHit;

  constructor(session: Session, raw: RawHit) {
    this.session = session;
    this.raw = raw;
  }

  /** The same object, for another hit. */
  of(raw: RawHit): this {
    this.raw = raw;
    return this;
  }

  get time(): bigint {
    return this.raw.time;
  }

  get pid(): number {
    return this.raw.pid;
  }

  get tid(): number {
    return this.raw.tid;
  }

  get cpu(): number {
    return this.raw.cpu;
  }

  get ip(): bigint {
    return this.raw.ip;
  }

  get kernel(): boolean {
    return this.raw.kernel;
  }

  get spot(): number {
    return this.raw.spot;
  }

  get repeat(): number {
    return this.raw.repeat;
  }

  get oldValue(): bigint | undefined {
    return this.raw.oldValue;
  }

  get newValue(): bigint | undefined {
    return this.raw.newValue;
  }

  get valueFrom(): "kernel" | "rebuilt" | undefined {
    return this.raw.valueFrom;
  }

  comm(): string {
    return this.session.commOf(this.raw);
  }

  name(): ShownName {
    return this.session.parts.namer.name(this.raw);
  }

  stack(): RecordedStack {
    return this.session.parts.namer.stack(this.raw);
  }
}
