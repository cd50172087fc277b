import type {
  RecordedCoverage,
  RecordedCulprit,
  RecordedFrame,
  RecordedSpot,
  RecordedStack,
  RecordedWriter,
} from "../recording/index.ts";
import type { ValueFormat } from "../values/index.ts";
import type { EndReason } from "../watch/index.ts";

// What views show, in the words of the recording: a running watch's hits and recorded ones alike.

/** What is watched, and since when. */
export interface Shown {
  /** Version of the program that watches, or watched. */
  readonly trapline: string;
  readonly spots: readonly RecordedSpot[];
  readonly strategy: RecordedCoverage["strategy"];
  readonly cpus: readonly number[];
  /** Of the command launched. */
  readonly pid: number | undefined;
  readonly sinceNs: bigint;
  /** By the wall clock, as ISO 8601 has it. */
  readonly sinceWall: string;
  /** How the values of a process are printed: its pointers by name. */
  valueFormat(pid: number): ValueFormat;
}

/** The code that made an access. */
export interface ShownName {
  readonly frame: RecordedFrame;
  readonly via?: RecordedFrame | undefined;
  readonly culprit?: RecordedCulprit | undefined;
  readonly syscall?: string | undefined;
}

/** One access. Names are looked up when they are asked for. */
export interface ShownHit {
  readonly time: bigint;
  readonly pid: number;
  readonly tid: number;
  readonly cpu: number;
  readonly ip: bigint;
  readonly kernel: boolean;
  readonly spot: number;
  readonly repeat: number;
  readonly oldValue: bigint | undefined;
  readonly newValue: bigint | undefined;
  readonly valueFrom: "kernel" | "rebuilt" | undefined;
  comm(): string;
  name(): ShownName;
  stack(): RecordedStack | undefined;
}

export interface ShownReport {
  readonly hits: number;
  readonly traps: number;
  readonly writesLeftOut: number;
  readonly writers: readonly RecordedWriter[];
  readonly coverage: RecordedCoverage;
  readonly ended: EndReason | undefined;
}
