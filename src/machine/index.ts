/**
 * A simulated SMP machine whose whole state is one flat array: processors, tasks, procedures as
 * tables of atomic steps, locks, interrupts. It knows no breakpoints, and not who schedules it.
 */
export { Bits } from "./bits.ts";
export { Field } from "./field.ts";
export { Layout, type RecordShape } from "./layout.ts";
export { LIFE, NULL, TOMBSTONE } from "./life.ts";
export {
  ACTION,
  type Action,
  action,
  type Done,
  decodeAction,
  Machine,
  type Software,
  WAITS,
} from "./machine.ts";
export {
  CALLED,
  DONE,
  type End,
  type Frame,
  type Procedure,
  procedure,
  type StepBody,
  stepAt,
  WAIT,
} from "./procedure.ts";
export { KernelRecord } from "./record.ts";
export { CpuRecord, TASK, TaskRecord } from "./smp.ts";
export { type Footprint, type Mark, READ, State, type Touched, WRITTEN } from "./state.ts";
export { CapacityError, Violation } from "./violation.ts";
