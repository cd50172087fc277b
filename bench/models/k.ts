import {
  BLOCKED,
  CellRow,
  defineModel,
  END,
  FIXED_SEED,
  type Model,
  type ModelBuilder,
  type Seed,
} from "../../src/explore/index.ts";
import { permutations } from "./permutations.ts";

const RUNNABLE = 0;
const ON_CPU = 1;
const DEAD = 2;
const LIVE = 1;
const TOMBSTONE = 2;
const INACTIVE = 0;
const ACTIVE = 1;
const DETACHED = 2;
const FREED = 3;

export interface KOptions {
  /** Fills each record up to so many bytes. */
  readonly recordBytes?: number;
  readonly symmetry?: boolean;
  readonly seed?: Seed;
  /** Whether the unlocked look at a tombstone is a failure, or a bit of the state as in Promela. */
  readonly fails?: boolean;
}

/**
 * K, a small kernel: tasks with one context and one breakpoint each, processors that switch between
 * them, take hits and run exits, and a closer for each task that at last looks at `ctx->task` without
 * a lock. `bench/promela/k.pml` has the same atomic steps.
 */
export function kernelK(tasks: number, cpus: number, options: KOptions = {}): Model {
  const describe = (model: ModelBuilder) => {
    const k = cellsOf(model, tasks, cpus);
    for (let cpu = 0; cpu < cpus; cpu++) addCpu(k, cpu);
    for (let task = 0; task < tasks; task++) addCloser(k, task, options.fails ?? false);
    for (const group of [...k.cpuNames, ...k.taskNames])
      pad(model, group, options.recordBytes ?? 0);
    if (options.symmetry === true) addSymmetries(k);
  };
  return defineModel(`K ${tasks} tasks, ${cpus} CPUs`, describe, options.seed ?? FIXED_SEED);
}

function cellsOf(model: ModelBuilder, tasks: number, cpus: number) {
  const cpuNames = Array.from({ length: cpus }, (_, cpu) => `cpu${cpu}`);
  const taskNames = Array.from({ length: tasks }, (_, task) => `task${task}`);
  const row = (groups: readonly string[], name: string, initial = 0) =>
    new CellRow(
      name,
      groups.map((group) => model.cell(`${group}.${name}`, initial, group)),
    );
  return {
    model,
    tasks,
    cpus,
    cpuNames,
    taskNames,
    cur: row(cpuNames, "cur"),
    nxt: row(cpuNames, "nxt"),
    dr: row(cpuNames, "dr"),
    hit: row(cpuNames, "hit"),
    at0: row(cpuNames, "at0", 1),
    tst: row(taskNames, "tst"),
    ctxt: row(taskNames, "ctxt", LIVE),
    lck: row(taskNames, "lck"),
    est: row(taskNames, "est", INACTIVE),
    eref: row(taskNames, "eref", 2),
    err: model.cell("err"),
  };
}

type KCells = ReturnType<typeof cellsOf>;

/** A processor. Its own registers come as cells; the task is that in `cur`. */
function addCpu(k: KCells, cpu: number): void {
  const { model, tst, ctxt, lck, est, eref, err } = k;
  const [cur, nxt, dr, hit, at0] = [k.cur, k.nxt, k.dr, k.hit, k.at0].map((it) => it.of(cpu));
  if (!cur || !nxt || !dr || !hit || !at0) throw new RangeError(`no cpu ${cpu}`);
  const task = () => cur.value - 1;
  const lock = <Next>(next: Next) => {
    const own = lck.of(task());
    if (own.value !== 0) return BLOCKED;
    own.value = cpu + 1;
    return next;
  };
  const unlock = <Next>(next: Next) => {
    lck.of(task()).value = 0;
    return next;
  };
  const schedOut = <Next>(next: Next) => {
    const event = est.of(task());
    if (event.value === ACTIVE) {
      dr.value = 0;
      event.value = INACTIVE;
    }
    return next;
  };
  model.agent(
    `cpu${cpu}`,
    {
      top() {
        const choice = model.choose(k.tasks + 2);
        if (choice < k.tasks) {
          if (tst.of(choice).value !== RUNNABLE) return BLOCKED;
          nxt.value = choice + 1;
          tst.of(choice).value = ON_CPU;
          at0.value = 0;
          return "leave";
        }
        if (choice === k.tasks) {
          if (cur.value === 0) return BLOCKED;
          at0.value = 0;
          return "exitLock";
        }
        if (dr.value === 0) return BLOCKED;
        hit.value = dr.value;
        at0.value = 0;
        return "handle";
      },
      leave: () => (cur.value === 0 ? "switch" : lock("schedOut")),
      schedOut: () => schedOut("schedOutUnlock"),
      schedOutUnlock: () => unlock("runnable"),
      runnable() {
        tst.of(task()).value = RUNNABLE;
        return "switch";
      },
      switch() {
        cur.value = nxt.value;
        nxt.value = 0;
        return "schedInLock";
      },
      schedInLock: () => lock("schedIn"),
      schedIn() {
        if (est.of(task()).value === INACTIVE && ctxt.of(task()).value === LIVE) {
          dr.value = cur.value;
          est.of(task()).value = ACTIVE;
        }
        return "schedInUnlock";
      },
      schedInUnlock() {
        at0.value = 1;
        return unlock("top");
      },
      exitLock: () => lock("exitSchedOut"),
      exitSchedOut: () => schedOut("tombstone"),
      tombstone() {
        ctxt.of(task()).value = TOMBSTONE;
        return "exitUnlock";
      },
      exitUnlock: () => unlock("detachLock"),
      detachLock: () => lock("detach"),
      detach() {
        const event = est.of(task());
        if (event.value === INACTIVE) event.value = DETACHED;
        eref.of(task()).value--;
        return "detachUnlock";
      },
      detachUnlock: () => unlock("dead"),
      dead() {
        tst.of(task()).value = DEAD;
        cur.value = 0;
        at0.value = 1;
        return "top";
      },
      handle() {
        if (eref.of(hit.value - 1).value === 0) err.value |= 1;
        return "disarm";
      },
      disarm() {
        dr.value = 0;
        return "rearm";
      },
      rearm() {
        if (est.of(hit.value - 1).value === ACTIVE) dr.value = hit.value;
        hit.value = 0;
        at0.value = 1;
        return "top";
      },
    },
    { group: `cpu${cpu}`, mayWait: true },
  );
}

/** Who closes the event of a task: by hand if it is not active, else where the task runs. */
function addCloser(k: KCells, task: number, fails: boolean): void {
  const { model, cur, dr, at0, err } = k;
  const [lck, est, eref, ctxt] = [k.lck, k.est, k.eref, k.ctxt].map((it) => it.of(task));
  if (!lck || !est || !eref || !ctxt) throw new RangeError(`no task ${task}`);
  model.agent(
    `closer${task}`,
    {
      start: () => "lock",
      lock() {
        if (lck.value !== 0) return BLOCKED;
        lck.value = k.cpus + 1;
        return "look";
      },
      look() {
        if (est.value === ACTIVE) return "unlock";
        est.value = DETACHED;
        return "unlockLast";
      },
      unlock() {
        lck.value = 0;
        return "ask";
      },
      ask() {
        const cpu = model.choose(k.cpus + 1);
        if (cpu === k.cpus) return est.value !== ACTIVE ? "lock" : BLOCKED;
        const runsThere = cur.of(cpu).value === task + 1 && at0.of(cpu).value !== 0;
        if (!runsThere || est.value !== ACTIVE) return BLOCKED;
        dr.of(cpu).value = 0;
        est.value = DETACHED;
        return "peek";
      },
      unlockLast() {
        lck.value = 0;
        return "peek";
      },
      peek() {
        model.check(!fails || ctxt.value !== TOMBSTONE, "tombstone", "ctx->task is a tombstone");
        if (ctxt.value === TOMBSTONE) err.value |= 2;
        return "free";
      },
      free() {
        eref.value--;
        est.value = FREED;
        return END;
      },
    },
    { group: `task${task}`, mayWait: true },
  );
}

/** Bytes that nobody reads, as real records have. */
function pad(model: ModelBuilder, group: string, bytes: number): void {
  for (let at = model.bytesOf(group); at < bytes; at++) model.cell(`${group}.pad${at}`, 0, group);
}

/** Tasks and processors can be renamed: records move, and what names them changes. */
function addSymmetries(k: KCells): void {
  for (const cpuOrder of permutations(k.cpus)) {
    for (const taskOrder of permutations(k.tasks)) {
      const isIdentity = [...cpuOrder, ...taskOrder].every((to, from) =>
        from < k.cpus ? to === from : to === from - k.cpus,
      );
      if (!isIdentity) k.model.symmetry(renaming(k, cpuOrder, taskOrder));
    }
  }
}

function renaming(k: KCells, cpuOrder: readonly number[], taskOrder: readonly number[]) {
  const newTask = (name: number) => (name === 0 ? 0 : (taskOrder[name - 1] ?? 0) + 1);
  const newOwner = (name: number) =>
    name === 0 || name > k.cpus ? name : (cpuOrder[name - 1] ?? 0) + 1;
  const same = (value: number) => value;
  const moves: { from: number; to: number; rename: (value: number) => number }[] = [];
  const add = (row: CellRow, order: readonly number[], rename: (value: number) => number) =>
    row.cells.forEach((cell, at) => {
      moves.push({ from: cell.at, to: row.of(order[at] ?? 0).at, rename });
    });
  const { model } = k;
  for (const row of [k.cur, k.nxt, k.dr, k.hit]) add(row, cpuOrder, newTask);
  for (const row of [k.at0, model.pcs(k.cpuNames)]) add(row, cpuOrder, same);
  for (const row of [k.tst, k.ctxt, k.est, k.eref]) add(row, taskOrder, same);
  add(model.pcs(k.taskNames.map((_, task) => `closer${task}`)), taskOrder, same);
  add(k.lck, taskOrder, newOwner);
  return (from: ArrayLike<number>, into: { [at: number]: number }) => {
    for (const move of moves) into[move.to] = move.rename(from[move.from] ?? 0);
  };
}
