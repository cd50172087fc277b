import type { RecordedFrame, RecordedThread } from "../recorded.ts";
import { type Call, callsOf } from "./exporter.ts";

type Column = (number | null)[];

const OTHER = 0;
/** A marker that is a moment, not a span. */
const INSTANT = 0;

/** One thread in the Firefox Profiler's tables: columns that refer to each other by index. */
export class FirefoxThread {
  readonly of: RecordedThread;
  private readonly categoryOf: (frame: RecordedFrame) => number;
  private readonly strings: string[] = [];
  private readonly stringIndex = new Map<string, number>();
  private readonly funcs = { name: [] as number[], file: [] as Column, resource: [] as number[] };
  private readonly funcIndex = new Map<string, number>();
  private readonly frames = {
    ...{ func: [] as number[], line: [] as Column, column: [] as Column },
    ...{ category: [] as number[], inlineDepth: [] as number[] },
  };
  private readonly frameIndex = new Map<string, number>();
  private readonly stacks = {
    frame: [] as number[],
    prefix: [] as Column,
    category: [] as number[],
  };
  private readonly stackIndex = new Map<string, number>();
  private readonly known = new Map<string, number | null>();
  private readonly resources = { name: [] as number[] };
  private readonly resourceIndex = new Map<string, number>();
  private readonly samples = { stack: [] as Column, time: [] as number[] };
  private readonly markers = { name: [] as number[], time: [] as number[], data: [] as object[] };

  constructor(of: RecordedThread, categoryOf: (frame: RecordedFrame) => number) {
    this.of = of;
    this.categoryOf = categoryOf;
  }

  sample(time: number, stack: number | null): void {
    this.samples.time.push(time);
    this.samples.stack.push(stack);
  }

  marker(time: number, name: string, data: object): void {
    this.markers.time.push(time);
    this.markers.name.push(this.string(name));
    this.markers.data.push(data);
  }

  /** The number of a call chain, which `key` stands for; frames innermost first. */
  stack(key: string, frames: readonly RecordedFrame[]): number | null {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    let prefix: number | null = null;
    for (const frame of [...frames].reverse()) {
      for (const [depth, call] of [...callsOf(frame)].reverse().entries()) {
        prefix = this.node(prefix, this.frame(call, depth), this.categoryOf(frame));
      }
    }
    this.known.set(key, prefix);
    return prefix;
  }

  json(): object {
    const { pid, tid, comm } = this.of;
    const { samples, markers, frames, funcs, stacks, resources } = this;
    const none = (column: readonly unknown[], value: unknown = null) => column.map(() => value);
    return {
      ...{ name: comm, processName: comm, processType: "default", isMainThread: pid === tid },
      ...{ pid: String(pid), tid, processStartupTime: 0, processShutdownTime: null },
      ...{ registerTime: 0, unregisterTime: null, pausedRanges: [] },
      samples: {
        ...{ ...samples, weight: none(samples.time, 1), weightType: "samples" },
        length: samples.time.length,
      },
      markers: {
        ...{ data: markers.data, name: markers.name, startTime: markers.time },
        ...{ endTime: none(markers.time), phase: none(markers.time, INSTANT) },
        ...{ category: none(markers.time, OTHER), length: markers.time.length },
      },
      stackTable: { ...stacks, subcategory: none(stacks.frame, 0), length: stacks.frame.length },
      frameTable: {
        ...{ ...frames, address: none(frames.func, -1), subcategory: none(frames.func, 0) },
        ...{ nativeSymbol: none(frames.func), innerWindowID: none(frames.func, 0) },
        ...{ implementation: none(frames.func), length: frames.func.length },
      },
      funcTable: {
        ...{ name: funcs.name, resource: funcs.resource, fileName: funcs.file },
        ...{ isJS: none(funcs.name, false), relevantForJS: none(funcs.name, false) },
        ...{ lineNumber: none(funcs.name), columnNumber: none(funcs.name) },
        length: funcs.name.length,
      },
      resourceTable: {
        ...{ name: resources.name, lib: none(resources.name), host: none(resources.name) },
        ...{ type: none(resources.name, 1), length: resources.name.length },
      },
      nativeSymbols: { libIndex: [], address: [], name: [], functionSize: [], length: 0 },
      stringArray: this.strings,
    };
  }

  private node(prefix: number | null, frame: number, category: number): number {
    return indexed(this.stackIndex, `${prefix} ${frame}`, () => {
      this.stacks.prefix.push(prefix);
      this.stacks.category.push(category);
      return this.stacks.frame.push(frame) - 1;
    });
  }

  private frame(call: Call, depth: number): number {
    const func = this.func(call);
    return indexed(this.frameIndex, `${func} ${call.line} ${call.column} ${depth}`, () => {
      this.frames.line.push(call.line ?? null);
      this.frames.column.push(call.column ?? null);
      this.frames.category.push(this.categoryOf(call.frame));
      this.frames.inlineDepth.push(depth);
      return this.frames.func.push(func) - 1;
    });
  }

  private func({ name, file, frame }: Call): number {
    const object = frame.object ?? `[${frame.kind}]`;
    return indexed(this.funcIndex, `${name} ${file} ${object}`, () => {
      this.funcs.file.push(file === undefined ? null : this.string(file));
      this.funcs.resource.push(this.resource(object));
      return this.funcs.name.push(this.string(name)) - 1;
    });
  }

  private resource(object: string): number {
    return indexed(this.resourceIndex, object, () => {
      return this.resources.name.push(this.string(object)) - 1;
    });
  }

  private string(text: string): number {
    return indexed(this.stringIndex, text, () => this.strings.push(text) - 1);
  }
}

function indexed(table: Map<string, number>, key: string, add: () => number): number {
  const known = table.get(key);
  if (known !== undefined) return known;
  const index = add();
  table.set(key, index);
  return index;
}
