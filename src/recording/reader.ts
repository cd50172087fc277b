import { ByteReader } from "./byte-reader.ts";
import { frameAt, nextMark, PREAMBLE_BYTES, readPreamble } from "./frame.ts";
import { type PackedHit, readHitRun } from "./hit-run.ts";
import { RECORD } from "./record-kind.ts";
import {
  headerShape,
  lifeShape,
  lossShape,
  pointerShape,
  programShape,
  type RecordedLife,
  type RecordedLoss,
  type RecordedPointer,
  type RecordedProgram,
  type RecordedSource,
  type RecordedStep,
  type RecordedSummary,
  type RecordedSwitch,
  type RecordedVerdict,
  type RecordedWindow,
  type RecordingHeader,
  sourceShape,
  stepShape,
  summaryShape,
  switchShape,
  verdictShape,
  windowShape,
} from "./recorded.ts";
import { huntShape, type RecordedHunt } from "./recorded-search.ts";
import { FrameDamage } from "./recording-error.ts";
import { Tables } from "./tables.ts";
import { upgraded } from "./upgrade.ts";
import { decodeUtf8 } from "./utf8.ts";
import { readValue, type Value } from "./value.ts";

/** Who is told of what a recording holds, in the order in which it was written. */
export interface RecordingSink {
  header?(header: RecordingHeader): void;
  /** Valid during the call only. Thread, site and stack are places in the reader's tables. */
  hit?(hit: PackedHit): void;
  life?(life: RecordedLife): void;
  switch?(it: RecordedSwitch): void;
  loss?(loss: RecordedLoss): void;
  window?(window: RecordedWindow): void;
  /** Before the first hit that has this value. */
  pointer?(pointer: RecordedPointer): void;
  /** Before the first hit of code that has these lines. */
  source?(source: RecordedSource): void;
  summary?(summary: RecordedSummary): void;
  program?(program: RecordedProgram): void;
  step?(step: RecordedStep): void;
  verdict?(verdict: RecordedVerdict): void;
  hunt?(hunt: RecordedHunt): void;
}

/** What is missing of a recording, or why it is not whole. */
export interface Damage {
  readonly kind: "frames" | "tail" | "records" | "unfinished";
  readonly text: string;
}

/** Who is told of a record, by its kind. */
const TELL: Readonly<Record<number, (sink: RecordingSink, value: Value) => void>> = {
  [RECORD.header]: (sink, value) => sink.header?.(headerShape(value, "header")),
  [RECORD.life]: (sink, value) => sink.life?.(lifeShape(value, "life")),
  [RECORD.switch]: (sink, value) => sink.switch?.(switchShape(value, "switch")),
  [RECORD.loss]: (sink, value) => sink.loss?.(lossShape(value, "loss")),
  [RECORD.window]: (sink, value) => sink.window?.(windowShape(value, "window")),
  [RECORD.pointer]: (sink, value) => sink.pointer?.(pointerShape(value, "pointer")),
  [RECORD.source]: (sink, value) => sink.source?.(sourceShape(value, "source")),
  [RECORD.summary]: (sink, value) => sink.summary?.(summaryShape(value, "summary")),
  [RECORD.program]: (sink, value) => sink.program?.(programShape(value, "program")),
  [RECORD.step]: (sink, value) => sink.step?.(stepShape(value, "step")),
  [RECORD.verdict]: (sink, value) => sink.verdict?.(verdictShape(value, "verdict")),
  [RECORD.hunt]: (sink, value) => sink.hunt?.(huntShape(value, "hunt")),
};

const KNOWN: ReadonlySet<number> = new Set(Object.values(RECORD));

const NOTHING = new Uint8Array(0);

/**
 * Reads a recording from its bytes as they come. What is damaged is left out and told of; only what
 * is no recording, or one of a newer version, throws RecordingError.
 */
export class RecordingReader {
  readonly tables = new Tables();
  private readonly sink: RecordingSink;
  private readonly damages: Damage[] = [];
  private pending = NOTHING;
  private version: number | undefined;
  private nextNumber = 0;
  private skipped = 0;
  private leftOut = 0;
  private whyLeftOut = "";
  /** What has begun and has no end yet. */
  private open: string | undefined = "header";
  private readonly tellHit = (hit: PackedHit) => this.sink.hit?.(hit);

  /** `sink` may be made for the tables that its hits will refer to. */
  constructor(sink: RecordingSink | ((tables: Tables) => RecordingSink)) {
    this.sink = typeof sink === "function" ? sink(this.tables) : sink;
  }

  /** What was found missing so far. */
  get damage(): readonly Damage[] {
    return this.damages;
  }

  /** Takes the next bytes of the file, and tells of all frames that are whole by now. */
  push(bytes: Uint8Array): void {
    this.pending = joined(this.pending, bytes);
    if (this.version === undefined) {
      if (this.pending.length < PREAMBLE_BYTES) return;
      this.version = readPreamble(this.pending);
      this.pending = this.pending.subarray(PREAMBLE_BYTES);
    }
    this.takeFrames(false);
  }

  /** There is no more. Gives all that is missing. */
  end(): readonly Damage[] {
    if (this.version === undefined) readPreamble(this.pending);
    this.takeFrames(true);
    const tail = this.skipped + this.pending.length;
    if (tail > 0) {
      const text = `the last ${tail} bytes are part of a frame that was not written whole: what it held is missing`;
      this.damages.push({ kind: "tail", text });
    }
    this.pending = NOTHING;
    this.skipped = 0;
    if (this.leftOut > 0) {
      const text = `${this.leftOut} records cannot be read: the first because ${this.whyLeftOut}`;
      this.damages.push({ kind: "records", text });
    }
    if (this.open !== undefined) {
      const text = `it has no ${this.open}: it was not recorded to its end`;
      this.damages.push({ kind: "unfinished", text });
    }
    return this.damages;
  }

  private takeFrames(isAll: boolean): void {
    while (this.pending.length > 0) {
      const found = frameAt(this.pending);
      if (found.kind === "frame") {
        const { records } = found;
        this.pending = this.pending.subarray(
          records.byteOffset + records.length - this.pending.byteOffset,
        );
        this.noteNumber(found.number);
        this.takeRecords(records);
        continue;
      }
      if (found.kind === "cut" && !isAll) return;
      const next = nextMark(this.pending, 1);
      if (found.kind === "cut" && next === this.pending.length) return;
      this.skipped += next;
      this.pending = this.pending.subarray(next);
    }
  }

  /** Says what is missing between the frame before and this one. */
  private noteNumber(number: number): void {
    const missing = number - this.nextNumber;
    if (this.skipped > 0 || missing !== 0) {
      const frames = missing === 1 ? "one frame" : `${missing} frames`;
      const what =
        missing > 0 ? `${frames} before frame ${number}` : `bytes before frame ${number}`;
      const text = `${what} cannot be read (${this.skipped} bytes): what was there is missing`;
      this.damages.push({ kind: "frames", text });
    }
    this.skipped = 0;
    this.nextNumber = number + 1;
  }

  private takeRecords(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    while (reader.left > 0) {
      try {
        const kind = reader.varint();
        const body = reader.take(reader.varint());
        this.takeRecord(kind, new ByteReader(body));
      } catch (error) {
        if (!(error instanceof FrameDamage)) throw error;
        if (this.leftOut === 0) this.whyLeftOut = error.message;
        this.leftOut += 1;
      }
    }
  }

  private takeRecord(kind: number, body: ByteReader): void {
    switch (kind) {
      case RECORD.text:
        this.tables.addText(body.varint(), decodeUtf8(body.take(body.left)));
        return;
      case RECORD.hits:
        readHitRun(body, this.tables, this.tellHit);
        return;
      case RECORD.thread:
      case RECORD.frame:
      case RECORD.site:
      case RECORD.stack:
        this.takeEntry(kind, body);
        return;
      default:
        this.takeValue(kind, body);
    }
  }

  private takeEntry(kind: number, body: ByteReader): void {
    const number = body.varint();
    const { value } = upgraded(
      { kind, value: readValue(body, this.tables.text) },
      this.version ?? 0,
    );
    if (kind === RECORD.thread) this.tables.addThread(number, value);
    else if (kind === RECORD.frame) this.tables.addFrame(number, value);
    else if (kind === RECORD.site) this.tables.addSite(number, value);
    else this.tables.addStack(number, value);
  }

  private takeValue(kind: number, body: ByteReader): void {
    if (!KNOWN.has(kind)) return; // what a newer program added is passed over
    const record = upgraded({ kind, value: readValue(body, this.tables.text) }, this.version ?? 0);
    this.noteEnds(record.kind, record.value);
    TELL[record.kind]?.(this.sink, record.value);
  }

  /** What has begun is to have an end. */
  private noteEnds(kind: number, value: Value): void {
    if (kind === RECORD.header) {
      this.open = headerShape(value, "header").watch === undefined ? undefined : "summary";
    } else if (kind === RECORD.program) this.open = "verdict";
    else if (kind === RECORD.summary || kind === RECORD.verdict) this.open = undefined;
  }
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(before.length + after.length);
  bytes.set(before);
  bytes.set(after, before.length);
  return bytes;
}
