import type { Culprit, Frame } from "../symbols/index.ts";
import {
  numberAt,
  type RawHit,
  type Session,
  type Spot,
  type WatchReport,
  type Writer,
} from "../watch/index.ts";
import { formatHex } from "./format.ts";
import type { Output } from "./output.ts";
import { version } from "./version.ts";
import type { View } from "./view.ts";

/**
 * JSON lines: a header, each hit, a summary. Addresses are strings, for they do not fit a double;
 * times are whole numbers of ns, written with all their digits.
 */
export class JsonView implements View {
  private readonly output: Output;
  private readonly stack: boolean;
  /** Of a hit these and no others. */
  private readonly fields: ReadonlySet<string> | undefined;
  private session: Session | undefined;

  constructor(output: Output, options: { stack: boolean; fields?: readonly string[] | undefined }) {
    this.output = output;
    this.fields = options.fields === undefined ? undefined : new Set(["kind", ...options.fields]);
    this.stack = options.stack;
  }

  begin(session: Session): void {
    this.session = session;
    const { spots, arming, cpus, launched } = session.parts;
    this.line({
      kind: "header",
      schema: "trapline.watch",
      version: 1,
      trapline: version(),
      watches: spots.map(watchOf),
      strategy: arming.strategy,
      cpus,
      pid: launched?.pid,
      clock: "monotonic",
      since: session.sinceNs,
      sinceWall: new Date().toISOString(),
    });
  }

  hit(hit: RawHit): void {
    if (this.session === undefined) return;
    const { namer, spots } = this.session.parts;
    const { frame, via, culprit, syscall } = namer.name(hit);
    const stack = this.stack ? namer.stack(hit) : undefined;
    this.line(
      this.chosen({
        kind: "hit",
        time: hit.time,
        pid: hit.pid,
        tid: hit.tid,
        comm: this.session.commOf(hit),
        cpu: hit.cpu,
        ip: formatHex(hit.ip),
        mode: hit.kernel ? "kernel" : "user",
        watch: spots[hit.spot]?.name,
        ...codeOf(frame),
        via: via === undefined ? undefined : codeOf(via),
        ...culpritOf(culprit),
        syscall,
        repeat: hit.repeat,
        old: valueIn(hit.oldValue, spots[hit.spot]),
        new: valueIn(hit.newValue, spots[hit.spot]),
        type: spots[hit.spot]?.type?.name,
        valueFrom: hit.valueFrom,
        stack: stack?.frames.map(frameOf),
        stackCut: stack?.cut,
      }),
    );
  }

  tick(): void {
    // Lines are flushed by the one who calls.
  }

  end({ hits, traps, writesLeftOut, writers, coverage, ended }: WatchReport): void {
    const spots = this.session?.parts.spots ?? [];
    const { sinceNs, untilNs, ...rest } = coverage;
    this.line({
      kind: "summary",
      hits,
      traps,
      writesLeftOut,
      lost: coverage.lost,
      ended,
      writers: writers.map((writer) => writerOf(writer, spots)),
      coverage: { ...rest, since: sinceNs, until: untilNs },
    });
  }

  private chosen(hit: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const { fields } = this;
    if (fields === undefined) return hit;
    return Object.fromEntries(Object.entries(hit).filter(([name]) => fields.has(name)));
  }

  private line(value: unknown): void {
    this.output.write(`${toJson(value)}\n`);
  }
}

/**
 * A number with all its digits; of more than eight bytes one little-endian number in hex. JSON has
 * no infinity and no NaN: they are words.
 */
function valueIn(value: bigint | undefined, spot: Spot | undefined) {
  if (value === undefined || spot === undefined) return undefined;
  const number = numberAt(spot, value) ?? formatHex(value);
  return typeof number === "number" && !Number.isFinite(number) ? `${number}` : number;
}

export function watchOf({ name, address, length, mode, inexact, pids, pieces, type, note }: Spot) {
  return {
    name,
    address: formatHex(address),
    length,
    mode,
    inexact,
    type,
    note,
    registers: pieces.length,
    pids: pids === undefined ? undefined : [...pids],
  };
}

function writerOf(writer: Writer, spots: readonly Spot[]) {
  const { comm, pid, tid, threads, processes, mode, frame, via, count, traps, stack } = writer;
  return {
    comm,
    pid,
    tid,
    threads,
    processes,
    mode,
    watch: spots[writer.spot]?.name,
    ...codeOf(frame),
    via: via === undefined ? undefined : codeOf(via),
    ...culpritOf(writer.culprit),
    syscall: writer.syscall,
    count,
    traps,
    lastValue: valueIn(writer.lastValue, spots[writer.spot]),
    first: writer.firstNs,
    last: writer.lastNs,
    stack: stack?.map(frameOf),
    stackCut: writer.stackCut,
  };
}

function codeOf({ objectOffset, ...frame }: Frame) {
  const { symbol, offset, object, file, line, column, inlined } = frame;
  const at = objectOffset === undefined ? undefined : formatHex(objectOffset);
  return {
    ...{ symbol, function: frame.function, offset, object, objectOffset: at },
    ...{ file, line, column, inlined },
  };
}

function culpritOf(culprit: Culprit | undefined) {
  const instruction = culprit?.instruction;
  const insnAddr = instruction === undefined ? undefined : formatHex(instruction.address);
  return { insn: instruction?.text, insnAddr, insnDoubt: culprit?.doubt };
}

function frameOf(frame: Frame) {
  return { ip: formatHex(frame.address), ...codeOf(frame) };
}

declare global {
  interface JSON {
    /** Text that stringify passes on as it is; in V8, not yet in TypeScript's library. */
    rawJSON(text: string): unknown;
  }
}

/** JSON.stringify, but whole numbers beyond 2^53 keep all their digits. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? JSON.rawJSON(item.toString()) : item,
  );
}
