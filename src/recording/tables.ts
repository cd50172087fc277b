import { asVa } from "../base/index.ts";
import {
  frameShape,
  type RecordedFrame,
  type RecordedSite,
  type RecordedStack,
  type RecordedThread,
  siteShape,
  stackShape,
  threadShape,
} from "./recorded.ts";
import { FrameDamage } from "./recording-error.ts";
import type { Value } from "./value.ts";

/** Things by the numbers that a file gives them, kept in the order in which they came. */
class Table<T> {
  readonly items: T[] = [];
  private readonly places = new Map<number, number>();

  set(number: number, item: T): void {
    this.places.set(number, this.items.length);
    this.items.push(item);
  }

  place(number: number): number | undefined {
    return this.places.get(number);
  }

  get(number: number): T | undefined {
    return this.items[this.places.get(number) ?? -1];
  }
}

const LOST_FRAME: RecordedFrame = {
  kind: "unknown",
  address: asVa(0n),
  symbol: "(lost with a damaged frame)",
};

/** Spot of a site that nobody knows: no hit's value is told by another's. */
const LOST_SPOT = -1;

/**
 * The tables of a recording: what its hits refer to. Each is a list that only grows. What a damaged
 * frame took with it is filled in with something that says so.
 */
export class Tables {
  private readonly texts = new Table<string>();
  private readonly framesByNumber = new Table<RecordedFrame>();
  private readonly threadsByNumber = new Table<RecordedThread>();
  private readonly sitesByNumber = new Table<RecordedSite>();
  private readonly stacksByNumber = new Table<RecordedStack>();

  get threads(): readonly RecordedThread[] {
    return this.threadsByNumber.items;
  }

  get sites(): readonly RecordedSite[] {
    return this.sitesByNumber.items;
  }

  get stacks(): readonly RecordedStack[] {
    return this.stacksByNumber.items;
  }

  addText(number: number, text: string): void {
    this.texts.set(number, text);
  }

  readonly text = (number: number): string => {
    const text = this.texts.get(number);
    if (text === undefined) throw new FrameDamage("it refers to a text that was lost");
    return text;
  };

  addThread(number: number, value: Value): void {
    this.threadsByNumber.set(number, threadShape(value, "thread"));
  }

  addFrame(number: number, value: Value): void {
    this.framesByNumber.set(number, frameShape(value, "frame"));
  }

  addSite(number: number, value: Value): void {
    const { frame, via, ...rest } = siteShape(value, "site");
    const worker = via === undefined ? {} : { via: this.frame(via) };
    this.sitesByNumber.set(number, { ...rest, frame: this.frame(frame), ...worker });
  }

  addStack(number: number, value: Value): void {
    const { frames, ...rest } = stackShape(value, "stack");
    this.stacksByNumber.set(number, { ...rest, frames: frames.map((it) => this.frame(it)) });
  }

  /** Where it stands in `threads`. */
  placeOfThread(number: number): number {
    const place = this.threadsByNumber.place(number);
    if (place !== undefined) return place;
    this.threadsByNumber.set(number, { pid: 0, tid: 0, comm: "(lost)" });
    return this.placeOfThread(number);
  }

  placeOfSite(number: number): number {
    const place = this.sitesByNumber.place(number);
    if (place !== undefined) return place;
    this.sitesByNumber.set(number, { spot: LOST_SPOT, kernel: false, ip: 0n, frame: LOST_FRAME });
    return this.placeOfSite(number);
  }

  /** -1 for none. */
  placeOfStack(number: number): number {
    if (number === 0) return -1;
    return this.stacksByNumber.place(number) ?? -1;
  }

  spotAt(place: number): number {
    return this.sites[place]?.spot ?? LOST_SPOT;
  }

  private frame(number: number): RecordedFrame {
    return this.framesByNumber.get(number) ?? LOST_FRAME;
  }
}
