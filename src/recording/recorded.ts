import { findingShape, huntedShape, provokedShape } from "./recorded-search.ts";
import { typeShape } from "./recorded-type.ts";
import {
  address,
  amount,
  anything,
  big,
  byName,
  fields,
  flag,
  knownOf,
  listOf,
  oneOf,
  type Shaped,
  text,
  upTo,
  whole,
} from "./shape.ts";

// What a recording holds, as shapes that check what is read and give the types of what is written.
// In each, the second part is what may be missing.

/** Times are ns of CLOCK_MONOTONIC everywhere. */
const time = big;

/** A watched range. */
export const spotShape = fields(
  {
    /** What people call it. */
    name: text,
    address: big,
    length: upTo(1 << 16),
    mode: oneOf("r", "w", "rw", "x"),
    /** How many debug registers it takes. */
    registers: whole,
  },
  {
    signed: flag,
    inexact: text,
    type: typeShape,
    note: text,
    pids: listOf(whole),
  },
);
export type RecordedSpot = Shaped<typeof spotShape>;

/** What was watched of what, known when the registers were armed. */
export const watchShape = fields(
  {
    spots: listOf(spotShape),
    /** When all registers were armed. */
    since: time,
    /** The same by the wall clock, as ISO 8601 has it. */
    sinceWall: text,
    strategy: oneOf("cpu", "task", "thread"),
    cpus: listOf(whole),
    processes: whole,
    threads: whole,
    kernelMode: flag,
    selfTest: oneOf("fired", "silent", "no register free"),
    /** Call chains are in it. */
    stacks: flag,
    /** How the command that recorded showed it. */
    form: oneOf("table", "log", "json"),
  },
  {
    /** Of the command launched. */
    pid: whole,
    why: text,
    /** What of each writer or hit the command showed; all if not given. */
    fields: listOf(text),
  },
);
export type RecordedWatch = Shaped<typeof watchShape>;

/** How scenarios were run or checked. */
export const modelShape = fields(
  {
    /** How the command showed it. */
    form: oneOf("text", "trace", "json"),
    /** Where programs were run: `model`, `linux`, … */
    targets: listOf(text),
    /** Designs that were compared. */
    designs: listOf(text),
  },
  {
    /** Of a search through all short programs. */
    explore: huntedShape,
  },
);
export type RecordedModel = Shaped<typeof modelShape>;

/** The first record of all. */
export const headerShape = fields(
  {
    /** Which command recorded. */
    source: oneOf("watch", "run", "check", "explore", "provoke"),
    /** Version of the program. */
    trapline: text,
  },
  {
    /** Of a live watch. */
    watch: watchShape,
    /** Of a command on scenarios. */
    model: modelShape,
  },
);
export type RecordingHeader = Shaped<typeof headerShape>;

/** A thread by the name that it had. One that is renamed, or becomes another program, is another. */
export const threadShape = fields({ pid: whole, tid: whole, comm: text }, {});
export type RecordedThread = Shaped<typeof threadShape>;

const placeShape = fields({}, { file: text, line: whole, column: whole, function: text });

/** What is known of one address of code. */
export const frameShape = fields(
  { kind: oneOf("elf", "jit", "kernel", "unknown"), address },
  {
    symbol: text,
    offset: whole,
    object: text,
    path: text,
    objectOffset: big,
    file: text,
    line: whole,
    column: whole,
    function: text,
    /** Functions that were inlined and the one they are in at last, innermost first. */
    inlined: listOf(placeShape),
    tier: knownOf("interpreted", "baseline", "maglev", "optimised"),
  },
);
export type RecordedFrame = Shaped<typeof frameShape>;

/** The instruction that made an access, and how certain that is. */
export const culpritShape = fields(
  {},
  {
    instruction: fields({ text, address }, {}),
    doubt: knownOf("start-unknown", "misaligned", "patched", "two", "led-here", "unreadable"),
  },
);
export type RecordedCulprit = Shaped<typeof culpritShape>;

/** Where accesses came from, as it stands in the file: frames by their numbers. */
export const siteShape = fields(
  { spot: whole, kernel: flag, ip: big, frame: whole },
  { via: whole, culprit: culpritShape, syscall: text },
);

/** One instruction that accessed one spot. */
export interface RecordedSite {
  readonly spot: number;
  /** The kernel made the access, for the task. */
  readonly kernel: boolean;
  /** Where the program was when it trapped. */
  readonly ip: bigint;
  readonly frame: RecordedFrame;
  /** The builtin or library that worked for `frame`. */
  readonly via?: RecordedFrame | undefined;
  readonly culprit?: RecordedCulprit | undefined;
  readonly syscall?: string | undefined;
}

const cutShape = knownOf("stack", "no-rule", "depth", "frame-pointers", "32-bit");

/** A call chain as it stands in the file. */
export const stackShape = fields({ frames: listOf(whole) }, { cut: cutShape });

/** A call chain, innermost first, and why it ends early. */
export interface RecordedStack {
  readonly frames: readonly RecordedFrame[];
  readonly cut?: Shaped<typeof cutShape> | undefined;
}

/** What became of a task. */
export const lifeShape = fields(
  { time, what: oneOf("fork", "exit", "exec", "rename"), pid: whole, tid: whole },
  {
    /** Of a fork: by whom. */
    ppid: whole,
    ptid: whole,
    /** Of an exec and a rename: the new name. */
    comm: text,
  },
);
export type RecordedLife = Shaped<typeof lifeShape>;

/** A task came onto a processor, or left it. */
export const switchShape = fields({ time, cpu: whole, pid: whole, tid: whole, on: flag }, {});
export type RecordedSwitch = Shaped<typeof switchShape>;

/** Hits that happened between two times and are not in the recording. */
export const lossShape = fields({ from: time, to: time, count: big }, {});
export type RecordedLoss = Shaped<typeof lossShape>;

/** A time in which nothing was watched, though the watch went on. */
export const windowShape = fields({ from: time, to: time, why: text }, {});
export type RecordedWindow = Shaped<typeof windowShape>;

/** What a pointer of a process points to, as its value is to be printed. */
export const pointerShape = fields({ pid: whole, address: big, name: text }, {});
export type RecordedPointer = Shaped<typeof pointerShape>;

/** Lines of a source file, as they were when the recording was made. */
export const sourceShape = fields(
  {
    /** As frames name it. */
    file: text,
    /** The number of the first of the lines. */
    first: whole,
    lines: listOf(text),
  },
  {
    /** The file was changed after the code was built of it: the lines may be others. */
    isNewer: flag,
  },
);
export type RecordedSource = Shaped<typeof sourceShape>;

const gapShape = fields({ kind: text, text }, {});
const leftOutShape = fields(
  { expected: big, condition: big, unchanged: big, rate: big, ignored: big, every: big },
  {},
);

/** What was looked at, and what was missed. */
export const coverageShape = fields(
  {
    strategy: oneOf("cpu", "task", "thread"),
    sinceNs: time,
    untilNs: time,
    cpus: listOf(whole),
    processes: whole,
    threads: whole,
    threadsBorn: whole,
    childrenBorn: whole,
    execs: whole,
    kernelMode: flag,
    lost: big,
    strangers: big,
    selfTest: oneOf("fired", "silent", "no register free"),
    disarmedNs: big,
    gaps: listOf(gapShape),
  },
  {
    why: text,
    decidedIn: oneOf("kernel", "user"),
    leftOut: leftOutShape,
    values: oneOf("kernel", "rebuilt"),
    stopped: fields({ pid: whole, by: oneOf("kernel", "user"), lateNs: big }, {}),
    notes: listOf(text),
  },
);
export type RecordedCoverage = Shaped<typeof coverageShape>;

/** The end of a watch. */
export const summaryShape = fields(
  {
    hits: whole,
    traps: whole,
    writesLeftOut: whole,
    ended: oneOf("stopped", "max-hits", "timeout", "targets-ended", "target-stopped"),
    coverage: coverageShape,
  },
  {},
);
export type RecordedSummary = Shaped<typeof summaryShape>;

/** A number, or several that are reached by index. */
const wordsShape = listOf(whole);

/** An object of the model in a step: only what is new of it. */
export const objectShape = fields(
  {
    /** The kind of object: `task`, `ctx`, `event`, `perCpu`. */
    record: text,
    id: whole,
    /** `born` and `freed` in this step; `changed` otherwise. */
    what: oneOf("born", "changed", "freed"),
    /** The fields that have another value now; of a newborn one all that are not 0. */
    fields: byName(wordsShape),
  },
  {},
);
export type RecordedObject = Shaped<typeof objectShape>;

/** A kind of object of the model: which of its fields refer to objects, and of what kind. */
export const recordKindShape = fields(
  { name: text, fields: listOf(text), references: byName(text), sets: byName(text) },
  {},
);
export type RecordedKind = Shaped<typeof recordKindShape>;

/** A scenario's program that was run or explored: the steps behind it are its. */
export const programShape = fields(
  {
    file: text,
    /** The whole text of the scenario. */
    scenario: text,
    target: text,
    arch: text,
    cpus: upTo(1 << 12),
    without: listOf(text),
    actors: listOf(text),
    kinds: listOf(recordKindShape),
    /** Every object before the first step. */
    objects: listOf(objectShape),
  },
  { design: text },
);
export type RecordedProgram = Shaped<typeof programShape>;

/** One atomic step of the model. */
export const stepShape = fields(
  {
    cpu: whole,
    /** The actor's name, or `idle`. */
    task: text,
    /** The number of the task's object; 0 for idle. */
    taskId: whole,
    /** The kernel function and the label of the step in it. */
    fn: text,
    label: text,
    /** Each processor's slots: `e1` armed, `(e1)` in its slot with the register off, `-` free. */
    slots: text,
    /** The mutexes that are held, with a blank between. */
    locks: text,
    /** Tasks that are in the middle of stepping over an access. */
    stepping: listOf(text),
    /** What became of references: what was freed, whose task was lost. */
    lost: listOf(text),
    objects: listOf(objectShape),
  },
  {
    /** Who sleeps until which mutex is free. */
    waits: listOf(fields({ task: text, lock: text }, {})),
    /** What the explorer chose, for a replay. */
    action: whole,
    choice: whole,
  },
);
export type RecordedStep = Shaped<typeof stepShape>;

/** What was violated, and by which object. */
export const violationShape = fields(
  { property: text, message: text, chain: listOf(text) },
  { object: fields({ record: text, id: whole }, {}) },
);
export type RecordedViolation = Shaped<typeof violationShape>;

/** What a statement of a scenario, or a check at its end, led to. */
const statementShape = fields(
  { line: whole, actor: text, text, result: anything, expected: text, ok: flag },
  {},
);
const checkedShape = fields({ line: whole, text, result: text, ok: flag }, {});

/** Of a program that was run, statement by statement. */
export const runShape = fields(
  {
    statements: listOf(statementShape),
    checks: listOf(checkedShape),
    /** What this target and the one before do not agree on. */
    differences: listOf(fields({ line: whole, text }, {})),
  },
  {},
);
export type RecordedRunResult = Shaped<typeof runShape>;

/** Of a program that was explored. */
export const searchShape = fields(
  {
    verdict: oneOf("ok", "fail", "bounded"),
    states: whole,
    transitions: whole,
    depth: whole,
    seconds: amount,
    /** Why not everything was explored. */
    bounds: listOf(text),
    method: text,
    omission: amount,
    unreached: listOf(text),
    /** Of the counterexample: how often another task goes on. */
    switches: whole,
  },
  {
    counterexample: fields(
      { property: text, what: text, isShortest: flag, moves: listOf(listOf(whole)) },
      {},
    ),
    /** What is wrong already in the order of the file. */
    inFileOrder: text,
    /** Of the runs in which no kernel thread preempts a task. */
    calm: fields({ verdict: oneOf("ok", "fail", "bounded"), states: whole }, {}),
  },
);
export type RecordedSearch = Shaped<typeof searchShape>;

/** What came of a program. */
export const verdictShape = fields(
  {
    verdict: oneOf("ok", "fail", "bounded"),
    /** Atomic steps of the run or of the counterexample. */
    steps: whole,
  },
  {
    violation: violationShape,
    run: runShape,
    search: searchShape,
    /** Of one of many programs that were explored. */
    finding: findingShape,
    /** Of races on a real kernel. */
    provoked: provokedShape,
    /** The program has no place on its target, for this reason. */
    notApplicable: text,
  },
);
export type RecordedVerdict = Shaped<typeof verdictShape>;
