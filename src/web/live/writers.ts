import { type RecordedSite, type Recording, writerKey } from "../../recording/index.ts";
import { formatAccess } from "../../wording/index.ts";
import { GrowingList } from "./growing.ts";
import { OTHERS } from "./palette.ts";

/** So many hits tell who is busiest. */
const SAMPLE = 50_000;

/** More places than a list of sites has. */
const SITES = 2 ** 26;

/** All accesses that one piece of code made under one task name to one spot. */
export interface Writer {
  readonly index: number;
  readonly comm: string;
  readonly site: RecordedSite;
  /** The code in words. */
  readonly code: string;
  /** Its colour and shape: a place in the palette. */
  readonly color: number;
}

/** Whose hits are whose. A writer keeps its colour as long as the page is open. */
export class Writers {
  readonly list: Writer[] = [];
  /** Of each hit, in the recording's order. */
  readonly ofHit = new GrowingList();
  private readonly recording: Recording;
  private readonly byKey = new Map<string, Writer>();
  /** By thread, then by site, as they stand in the recording's lists. */
  private readonly known: (Writer | undefined)[][] = [];

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Takes in the hits that came since. */
  update(): void {
    const { hits } = this.recording;
    const { threads, sites, length } = hits;
    if (this.list.length === 0) this.rank();
    for (let at = this.ofHit.length; at < length; at += 1) {
      this.ofHit.push(this.writerOf(threads[at] ?? 0, sites[at] ?? 0)?.index ?? 0);
    }
  }

  /** The busiest of those that are there at first get the first colours. */
  private rank(): void {
    const { length, threads, sites } = this.recording.hits;
    const byPlace = new Map<number, number>();
    const every = Math.ceil(length / SAMPLE);
    for (let at = 0; at < length; at += every) {
      const place = (threads[at] ?? 0) * SITES + (sites[at] ?? 0);
      byPlace.set(place, (byPlace.get(place) ?? 0) + 1);
    }
    const counts = new Map<string, { count: number; readonly place: number }>();
    for (const [place, count] of byPlace) {
      const key = this.keyOf(Math.floor(place / SITES), place % SITES);
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { count, place });
      else known.count += count;
    }
    for (const { place } of [...counts.values()].sort((a, b) => b.count - a.count)) {
      this.writerOf(Math.floor(place / SITES), place % SITES);
    }
  }

  private writerOf(thread: number, site: number): Writer | undefined {
    const bySite = this.known[thread] ?? [];
    this.known[thread] = bySite;
    bySite[site] ??= this.find(thread, site);
    return bySite[site];
  }

  private find(thread: number, site: number): Writer | undefined {
    const [who, what] = [this.recording.threads[thread], this.recording.sites[site]];
    if (who === undefined || what === undefined) return undefined;
    const key = this.keyOf(thread, site);
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const index = this.list.length;
    const writer: Writer = {
      ...{ index, comm: who.comm, site: what, color: Math.min(index, OTHERS) },
      code: formatAccess(what.frame, what.syscall),
    };
    this.list.push(writer);
    this.byKey.set(key, writer);
    return writer;
  }

  private keyOf(thread: number, site: number): string {
    const [who, what] = [this.recording.threads[thread], this.recording.sites[site]];
    return who === undefined || what === undefined ? "" : writerKey(who, what, undefined);
  }
}
