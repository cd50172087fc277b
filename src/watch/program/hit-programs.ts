import { err, ok, type Result } from "../../base/index.ts";
import {
  BpfMap,
  type LoadRefusal,
  loadProgram,
  type MapShape,
  Strangers,
  type Sys,
  words32,
} from "../../linux/index.ts";
import { hitFrame } from "./frame.ts";
import { COUNTERS, type Counter, type HitMaps, type HitWish, hitProgram } from "./hit-program.ts";
import { TRAP_BYTES } from "./same-trap.ts";
import { hookTasks } from "./task-hooks.ts";

/** Processes whose last values are kept; those that were silent for longest are forgotten first. */
const MAX_LAST = 16_384;
const MAX_MEMBERS = 4_096;
const WORD = 8;
const KEY_BYTES = 8;
/** An access that was under way when we read the value has reached its trap after this, in ns. */
const UNSURE_NS = 1_000_000n;

/** Hits that did not become records, by why. */
export type HitCounts = Readonly<Record<Counter, bigint>>;

export interface ProgramsRequest {
  readonly wishes: readonly HitWish[];
  /** CPUs that there may be: the highest number and one. */
  readonly cpus: number;
  /** Other processes run into the registers, too: their hits are left out, they are not stopped. */
  readonly strangersComeBy: boolean;
}

/** The programs of one watch, one for each piece, and the maps that they share with us. */
export class HitPrograms implements Disposable {
  /** Values in a record, in words of 64 bits. */
  readonly words: number;
  /** Old values are right from a child's first hit on. */
  readonly followsForks: boolean;
  readonly wishes: readonly HitWish[];
  /** Whose hits they leave out. */
  readonly strangers: Strangers | undefined;
  private readonly programs: readonly number[];
  private readonly maps: Maps;
  private readonly undo: DisposableStack;

  private constructor(
    request: ProgramsRequest,
    made: {
      programs: readonly number[];
      strangers: Strangers | undefined;
      maps: Maps;
      words: number;
      followsForks: boolean;
      undo: DisposableStack;
    },
  ) {
    this.wishes = request.wishes;
    this.programs = made.programs;
    this.strangers = made.strangers;
    this.maps = made.maps;
    this.words = made.words;
    this.followsForks = made.followsForks;
    this.undo = made.undo;
  }

  /** Refused without the right to eBPF, and by kernels that know too little of it (before 5.12). */
  static load(sys: Sys, request: ProgramsRequest): Result<HitPrograms, LoadRefusal> {
    using undo = new DisposableStack();
    const { wishes } = request;
    const words = Math.max(1, ...wishes.map(({ length }) => Math.ceil(length / WORD)));
    const maps = createMaps(sys, request, { words, undo });
    if (!maps.ok) return maps;
    const listed = request.strangersComeBy ? Strangers.create(sys) : undefined;
    if (listed?.ok === false) return err({ errno: listed.error, log: "" });
    const strangers = listed === undefined ? undefined : undo.use(listed.value);
    const fds: HitMaps = {
      counters: maps.value.counters.fd,
      last: maps.value.last.fd,
      outputs: maps.value.outputs.fd,
      rate: maps.value.rate.fd,
      stopped: maps.value.stopped.fd,
      traps: maps.value.traps.fd,
      others:
        strangers === undefined
          ? undefined
          : { members: maps.value.members.fd, strangers: strangers.map },
    };
    const programs: number[] = [];
    const shape = { maps: fds, frame: hitFrame(words), words };
    for (const wish of wishes) {
      const program = loadProgram(sys, "perfEvent", hitProgram(wish, shape));
      if (!program.ok) return program;
      undo.defer(() => sys.close(program.value));
      programs.push(program.value);
    }
    const own = wishes.filter(({ readsValue, shared }) => readsValue && !shared);
    const spots = [...new Set(own.map(({ spot }) => spot))];
    const hooked = spots.length > 0 && hookTasks(sys, { last: fds.last, spots }, undo).ok;
    const made = {
      programs,
      strangers,
      maps: maps.value,
      words,
      followsForks: hooked,
      undo: undo.move(),
    };
    return ok(new HitPrograms(request, made));
  }

  /** Some of them read the watched bytes. */
  get readsValues(): boolean {
    return this.wishes.some(({ readsValue }) => readsValue);
  }

  /** The program of a piece, by its index over all spots. */
  programOf(piece: number): number {
    const program = this.programs[piece];
    if (program === undefined) throw new RangeError(`no program for piece ${piece}`);
    return program;
  }

  /** Records made on this CPU go out by this event. */
  sendBy(cpu: number, event: number): Result<number> {
    return this.maps.outputs.update(words32(cpu), words32(event));
  }

  /** This process is watched: from now on its hits are decided in the trap. */
  addMember(pid: number): void {
    this.maps.members.update(words32(pid), new Uint8Array(1));
  }

  /** It is gone, and its number may be another's. */
  removeMember(pid: number): void {
    this.maps.members.delete(words32(pid));
  }

  /**
   * The value before the first hit, as read from outside while the registers were armed already. If
   * a hit came first, its value stands. Unless the value was `steady`, hits of the next moment have
   * no old value: an access may have been under way, and ours is what it left.
   */
  preset(
    pid: number,
    spot: number,
    { bytes, steady }: { readonly bytes: Uint8Array; readonly steady: boolean },
  ): void {
    const wish = this.wishes.find((it) => it.spot === spot && it.readsValue);
    if (wish === undefined) return;
    const value = new Uint8Array(WORD * (this.words + 1));
    const until = steady ? 0n : process.hrtime.bigint() + UNSURE_NS;
    new DataView(value.buffer).setBigUint64(0, until, true);
    value.set(bytes.subarray(0, wish.length), WORD);
    this.maps.last.update(words32(wish.shared ? 0 : pid, spot), value, "ifAbsent");
  }

  /** Nothing is known of what was there before: accesses have been missed. */
  forgetValues(): void {
    this.maps.last.clear(KEY_BYTES);
  }

  counts(): HitCounts {
    const read = (index: number) => {
      const bytes = this.maps.counters.lookup(words32(index));
      return bytes === undefined ? 0n : new DataView(bytes.buffer).getBigUint64(0, true);
    };
    const [expected = 0n, condition = 0n, unchanged = 0n, rate = 0n, ...rest] = COUNTERS.map(
      (_, index) => read(index),
    );
    const [folded = 0n, lost = 0n, ownReads = 0n] = rest;
    return { expected, condition, unchanged, rate, folded, lost, ownReads };
  }

  [Symbol.dispose](): void {
    this.undo.dispose();
  }
}

type Maps = Readonly<
  Record<"counters" | "last" | "outputs" | "rate" | "stopped" | "traps" | "members", BpfMap>
>;

function createMaps(
  sys: Sys,
  { wishes, cpus }: ProgramsRequest,
  { words, undo }: { words: number; undo: DisposableStack },
): Result<Maps, LoadRefusal> {
  const spots = Math.max(1, ...wishes.map(({ spot }) => spot + 1));
  const shapes: Readonly<Record<keyof Maps, MapShape>> = {
    counters: shape("array", 4, WORD, COUNTERS.length),
    last: shape("lruHash", KEY_BYTES, WORD * (words + 1), MAX_LAST),
    outputs: shape("perfEvents", 4, 4, cpus),
    rate: shape("array", 4, 2 * WORD, 1),
    stopped: shape("array", 4, WORD, 1),
    traps: shape("perCpuArray", 4, TRAP_BYTES, spots),
    members: shape("hash", 4, 1, MAX_MEMBERS),
  };
  const create = (name: keyof Maps) => {
    const map = BpfMap.create(sys, shapes[name]);
    if (!map.ok) throw new MapRefused({ errno: map.error, log: "" });
    return undo.use(map.value);
  };
  try {
    return ok({
      counters: create("counters"),
      last: create("last"),
      outputs: create("outputs"),
      rate: create("rate"),
      stopped: create("stopped"),
      traps: create("traps"),
      members: create("members"),
    });
  } catch (error) {
    if (error instanceof MapRefused) return { ok: false, error: error.refusal };
    throw error;
  }
}

/** Ends the creation of maps at the first that is refused. */
class MapRefused extends Error {
  readonly refusal: LoadRefusal;

  constructor(refusal: LoadRefusal) {
    super(`bpf(BPF_MAP_CREATE): ${refusal.errno}`);
    this.refusal = refusal;
  }
}

function shape(
  type: MapShape["type"],
  keyBytes: number,
  valueBytes: number,
  maxEntries: number,
): MapShape {
  return { type, keyBytes, valueBytes, maxEntries };
}
