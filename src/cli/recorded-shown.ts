import {
  type PackedHit,
  type RecordedStack,
  type RecordedWatch,
  type Tables,
  timeOf,
} from "../recording/index.ts";
import type { Shown, ShownHit, ShownName } from "./shown.ts";

/** Names for what pointers point to, as the recording has them. */
export type PointerNames = ReadonlyMap<string, string>;

export function pointerKey(pid: number, address: bigint): string {
  return `${pid} ${address}`;
}

/** A recorded watch as views show it. */
export function shownRecording(
  watch: RecordedWatch,
  how: { readonly trapline: string; readonly pointers: PointerNames },
): Shown {
  const { spots, strategy, cpus, pid, since, sinceWall } = watch;
  return {
    ...{ trapline: how.trapline, spots, strategy, cpus, pid, sinceNs: since, sinceWall },
    valueFormat: (owner) => ({
      symbolOf: (address) => how.pointers.get(pointerKey(owner, address)),
    }),
  };
}

/** A recorded hit: one object for all, looked at only where a view looks. */
export class RecordedHit implements ShownHit {
  private readonly tables: Tables;
  private packed: PackedHit;

  constructor(tables: Tables, packed: PackedHit) {
    this.tables = tables;
    this.packed = packed;
  }

  /** The same object, for another hit. */
  of(packed: PackedHit): this {
    this.packed = packed;
    return this;
  }

  get time(): bigint {
    return timeOf(this.packed);
  }

  get pid(): number {
    return this.thread?.pid ?? 0;
  }

  get tid(): number {
    return this.thread?.tid ?? 0;
  }

  get cpu(): number {
    return this.packed.cpu;
  }

  get ip(): bigint {
    return this.site?.ip ?? 0n;
  }

  get kernel(): boolean {
    return this.site?.kernel === true;
  }

  get spot(): number {
    return this.site?.spot ?? 0;
  }

  get repeat(): number {
    return this.packed.repeat;
  }

  get oldValue(): bigint | undefined {
    return this.packed.oldValue;
  }

  get newValue(): bigint | undefined {
    return this.packed.newValue;
  }

  get valueFrom(): "kernel" | "rebuilt" | undefined {
    if (this.packed.newValue === undefined) return undefined;
    return this.packed.rebuilt ? "rebuilt" : "kernel";
  }

  comm(): string {
    return this.thread?.comm ?? "?";
  }

  name(): ShownName {
    const { site } = this;
    if (site === undefined) throw new RangeError("a hit's site is always in the tables");
    return site;
  }

  stack(): RecordedStack | undefined {
    return this.tables.stacks[this.packed.stack];
  }

  private get thread() {
    return this.tables.threads[this.packed.thread];
  }

  private get site() {
    return this.tables.sites[this.packed.site];
  }
}
