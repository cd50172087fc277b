import type {
  RecordedCulprit,
  RecordedFrame,
  RecordedSpot,
  RecordedWriter,
} from "../recording/index.ts";
import { numberAt } from "../watch/index.ts";
import { formatHex } from "../wording/index.ts";
import type { TextOutput } from "./output.ts";
import type { Shown, ShownHit, ShownReport } from "./shown.ts";
import type { View } from "./view.ts";

/**
 * JSON lines: a header, each hit, a summary. Addresses are strings, for they do not fit a double;
 * times are whole numbers of ns, written with all their digits.
 */
export class JsonView implements View {
  private readonly output: TextOutput;
  private readonly stack: boolean;
  /** Of a hit these and no others. */
  private readonly fields: ReadonlySet<string> | undefined;
  private spots: readonly RecordedSpot[] = [];

  constructor(
    output: TextOutput,
    options: { stack: boolean; fields?: readonly string[] | undefined },
  ) {
    this.output = output;
    this.fields = options.fields === undefined ? undefined : new Set(["kind", ...options.fields]);
    this.stack = options.stack;
  }

  begin({ trapline, spots, strategy, cpus, pid, sinceNs, sinceWall }: Shown): void {
    this.spots = spots;
    this.line({
      kind: "header",
      schema: "trapline.watch",
      version: 1,
      trapline,
      watches: spots.map(watchOf),
      strategy,
      cpus,
      pid,
      clock: "monotonic",
      since: sinceNs,
      sinceWall,
    });
  }

  hit(hit: ShownHit): void {
    const { spots } = this;
    const { frame, via, culprit, syscall } = hit.name();
    const stack = this.stack ? hit.stack() : undefined;
    this.line(
      this.chosen({
        kind: "hit",
        time: hit.time,
        pid: hit.pid,
        tid: hit.tid,
        comm: hit.comm(),
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

  end({ hits, traps, writesLeftOut, writers, coverage, ended }: ShownReport): void {
    const { spots } = this;
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
function valueIn(value: bigint | undefined, spot: RecordedSpot | undefined) {
  if (value === undefined || spot === undefined) return undefined;
  const number = numberAt(spot, value) ?? formatHex(value);
  return typeof number === "number" && !Number.isFinite(number) ? `${number}` : number;
}

export function watchOf({ name, address, length, mode, ...spot }: RecordedSpot) {
  const { inexact, type, note, registers, pids } = spot;
  return {
    name,
    address: formatHex(address),
    length,
    mode,
    inexact,
    type,
    note,
    registers,
    pids,
  };
}

function writerOf(writer: RecordedWriter, spots: readonly RecordedSpot[]) {
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

function codeOf({ objectOffset, ...frame }: RecordedFrame) {
  const { symbol, offset, object, file, line, column, inlined } = frame;
  const at = objectOffset === undefined ? undefined : formatHex(objectOffset);
  return {
    ...{ symbol, function: frame.function, offset, object, objectOffset: at },
    ...{ file, line, column, inlined },
  };
}

function culpritOf(culprit: RecordedCulprit | undefined) {
  const instruction = culprit?.instruction;
  const insnAddr = instruction === undefined ? undefined : formatHex(instruction.address);
  return { insn: instruction?.text, insnAddr, insnDoubt: culprit?.doubt };
}

function frameOf(frame: RecordedFrame) {
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
