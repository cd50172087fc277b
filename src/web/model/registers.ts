import type { RecordedStep } from "../../recording/index.ts";
import type { ObjectHistory } from "./object-history.ts";

/** A watch register of a processor, beside the kernel's slot for it. */
export interface RegisterRow {
  readonly cpu: number;
  readonly register: number;
  /** The event in the slot; 0: none. */
  readonly event: number;
  readonly isArmed: boolean;
  /** What the register watches. */
  readonly address: number;
  readonly length: number;
  readonly type: number;
  /** Why slot and register do not agree, if they do not. */
  readonly mismatch: string | undefined;
  /** Why they may: a step over the access is pending. */
  readonly excuse: string | undefined;
}

/** Each watch register after a step. */
export function registersAt(
  history: ObjectHistory,
  steps: readonly RecordedStep[],
  step: number,
): readonly RegisterRow[] {
  const cpus = history.names.filter(({ record }) => record === "perCpu");
  return cpus.flatMap((cpu) => {
    const count = Math.max(1, registerCount(history, cpu.id));
    return Array.from({ length: count }, (_, register) =>
      rowOf(history, { cpu: cpu.id, register, step }, stepperOn(history, steps, cpu.id, step)),
    );
  });
}

/** As many as were ever used: a machine has the same on each processor. */
function registerCount(history: ObjectHistory, cpu: number): number {
  return history.length({ record: "perCpu", id: cpu }, "slot");
}

/** The name of a processor's current task, if it is in the middle of stepping over an access. */
function stepperOn(
  history: ObjectHistory,
  steps: readonly RecordedStep[],
  cpu: number,
  step: number,
): string | undefined {
  const current = history.word({ record: "cpu", id: cpu }, "current", step);
  const bit = history.word({ record: "task", id: current }, "stepBit", step);
  if (current <= 0 || bit === 0) return undefined;
  return steps.find(({ taskId }) => taskId === current)?.task ?? `task ${current}`;
}

interface Place {
  readonly cpu: number;
  readonly register: number;
  readonly step: number;
}

function rowOf(
  history: ObjectHistory,
  { cpu, register, step }: Place,
  stepper: string | undefined,
): RegisterRow {
  const own = { record: "perCpu", id: cpu };
  const word = (field: string) => history.word(own, field, step, register);
  const event = word("slot");
  const isArmed = ((history.word(own, "armed", step) >>> register) & 1) === 1;
  const row = {
    ...{ cpu, register, event, isArmed },
    ...{ address: word("regAddr"), length: word("regLen"), type: word("regType") },
  };
  const isPending = stepper !== undefined && event !== 0 && !isArmed;
  const excuse = isPending ? `off while ${stepper} steps over the access` : undefined;
  return { ...row, excuse, mismatch: isPending ? undefined : mismatchOf(history, row, step) };
}

type Bare = Omit<RegisterRow, "mismatch" | "excuse">;

function mismatchOf(history: ObjectHistory, row: Bare, step: number): string | undefined {
  const { event, isArmed, address, length, type } = row;
  if (event === 0) return isArmed ? "armed, and its slot is empty" : undefined;
  const own = { record: "event", id: event };
  if (!history.isLive(own, step)) return `its slot names event ${event}, which was freed`;
  if (!isArmed) return "off, and no step is pending: nothing is watched";
  const isSame =
    history.word(own, "hwAddr", step) === address &&
    history.word(own, "hwLen", step) === length &&
    history.word(own, "hwType", step) === type;
  return isSame ? undefined : `armed for another range than event ${event}'s`;
}
