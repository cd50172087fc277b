import { ByteWriter } from "./byte-writer.ts";
import { FRAME_BYTES, frameOf, preamble } from "./frame.ts";
import { type HitNumbers, HitRunWriter, type HitToRecord } from "./hit-run.ts";
import { Interned } from "./interned.ts";
import { RECORD } from "./record-kind.ts";
import type {
  RecordedFrame,
  RecordedLife,
  RecordedLoss,
  RecordedPointer,
  RecordedProgram,
  RecordedSite,
  RecordedSource,
  RecordedStack,
  RecordedStep,
  RecordedSummary,
  RecordedSwitch,
  RecordedThread,
  RecordedVerdict,
  RecordedWindow,
  RecordingHeader,
} from "./recorded.ts";
import type { RecordedHunt } from "./recorded-search.ts";
import { encodeUtf8 } from "./utf8.ts";
import { type Value, writeValue } from "./value.ts";

/**
 * Writes a recording, piece by piece: each call of `put` gets bytes that belong behind those before.
 * A piece is a whole frame, so whatever happens between two of them, all that was put can be read.
 * What is not put yet is in memory, less than a frame; `flush` puts it.
 */
export class RecordingWriter {
  private readonly put: (bytes: Uint8Array) => void;
  private readonly records = new ByteWriter();
  private readonly body = new ByteWriter();
  private readonly run = new HitRunWriter();
  private readonly texts = new Interned();
  private readonly threads = new Interned();
  private readonly frames = new Interned();
  private readonly sites = new Interned();
  /** 0 stands for none. */
  private readonly stacks = new Interned(1);
  private framesPut = 0;

  constructor(header: RecordingHeader, put: (bytes: Uint8Array) => void) {
    this.put = put;
    put(preamble());
    this.record(RECORD.header, header);
    this.flush();
  }

  /** The number of a thread by its name. */
  thread(thread: RecordedThread): number {
    const { pid, tid, comm } = thread;
    return this.define(this.threads, RECORD.thread, { pid, tid, comm });
  }

  site({ frame, via, culprit, ...site }: RecordedSite): number {
    return this.define(this.sites, RECORD.site, {
      ...site,
      culprit,
      frame: this.frame(frame),
      via: via === undefined ? undefined : this.frame(via),
    });
  }

  stack({ frames, cut }: RecordedStack): number {
    const numbers = frames.map((frame) => this.frame(frame));
    return this.define(this.stacks, RECORD.stack, { frames: numbers, cut });
  }

  hit(hit: HitToRecord, numbers: HitNumbers): void {
    if (!this.run.fits(hit)) this.flush();
    this.run.add(hit, numbers);
    this.flushIfFull();
  }

  life(life: RecordedLife): void {
    this.record(RECORD.life, life);
  }

  switch(it: RecordedSwitch): void {
    this.record(RECORD.switch, it);
  }

  loss(loss: RecordedLoss): void {
    this.record(RECORD.loss, loss);
  }

  window(window: RecordedWindow): void {
    this.record(RECORD.window, window);
  }

  pointer(pointer: RecordedPointer): void {
    this.record(RECORD.pointer, pointer);
  }

  /** Once for the same lines: they are long. */
  source(source: RecordedSource): void {
    this.record(RECORD.source, source);
  }

  summary(summary: RecordedSummary): void {
    this.record(RECORD.summary, summary);
  }

  /** What follows, up to the verdict, is of this program. */
  program(program: RecordedProgram): void {
    this.record(RECORD.program, program);
  }

  step(step: RecordedStep): void {
    this.record(RECORD.step, step);
  }

  verdict(verdict: RecordedVerdict): void {
    this.record(RECORD.verdict, verdict);
  }

  hunt(hunt: RecordedHunt): void {
    this.record(RECORD.hunt, hunt);
  }

  /** Puts what is in memory. Not for each hit: a frame costs 16 bytes and a checksum. */
  flush(): void {
    const { run, records } = this;
    if (run.count === 0 && records.length === 0) return;
    const head = new ByteWriter();
    if (run.count > 0) {
      const count = new ByteWriter();
      count.varint(run.count);
      head.varint(RECORD.hits);
      head.varint(count.length + run.bytes.length);
      head.append(count.written());
    }
    // The tables come first: the hits refer to them.
    const parts = [records.written(), head.written(), run.bytes.written()];
    const frame = frameOf(this.framesPut, parts);
    this.framesPut += 1;
    records.clear();
    run.clear();
    this.put(frame);
  }

  private frame(frame: RecordedFrame): number {
    const { inlined, ...rest } = frame;
    const places = inlined?.map((place) => ({ ...place }));
    return this.define(this.frames, RECORD.frame, { ...rest, inlined: places });
  }

  private define(table: Interned, kind: number, value: Value): number {
    return table.number(keyOf(value), (number) => {
      this.body.clear();
      this.body.varint(number);
      writeValue(this.body, value, this.textNumber);
      this.add(kind, this.body);
    });
  }

  private record(kind: number, value: Value): void {
    this.body.clear();
    writeValue(this.body, value, this.textNumber);
    this.add(kind, this.body);
    this.flushIfFull();
  }

  /** A text is written ahead of the record in which it stands for the first time. */
  private readonly textNumber = (text: string): number =>
    this.texts.number(text, (number) => {
      const bytes = new ByteWriter();
      bytes.varint(number);
      bytes.append(encodeUtf8(text));
      this.add(RECORD.text, bytes);
    });

  private add(kind: number, body: ByteWriter): void {
    this.records.varint(kind);
    this.records.varint(body.length);
    this.records.append(body.written());
  }

  private flushIfFull(): void {
    if (this.records.length + this.run.bytes.length >= FRAME_BYTES) this.flush();
  }
}

/** The same for the same data, in whatever way they were put together. */
function keyOf(value: Value): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? `${item}n` : item,
  );
}
