/**
 * The hw_breakpoint subsystem and the part of perf that it stands on, as atomic steps on a simulated
 * machine, with every design and every fix a value. It knows not how it is explored, nor by whom.
 */
export { AddressSpace } from "./address-space.ts";
export { type BootOptions, boot } from "./boot.ts";
export type { CompiledStep } from "./compiled-program.ts";
export { heldLocks, lockWaits, slotsText, taskName } from "./describe-state.ts";
export { DESIGNS, type PowerpcDesign } from "./designs/index.ts";
export { checkCommitment, checkFamilies, checkLeaksOfTheDead } from "./end-leaks.ts";
export { checkNobodyHangs } from "./end-state.ts";
export { ExplorableKernel, type ExplorableOptions } from "./explorable.ts";
export { FIXES, type Fix, type FixId, isFixId, NOT_IN_LEDGER } from "./fixes.ts";
export { Kernel, type KernelConfig } from "./kernel.ts";
export { checkAccounting, checkLeaks } from "./leaks.ts";
export {
  type ObjectChange,
  ObjectChanges,
  type ObjectKind,
  objectKinds,
} from "./object-changes.ts";
export {
  observeCount,
  observeFate,
  observeSamples,
  observeSigInfo,
  observeSignals,
  observeSlots,
  observeValue,
  type TaskFate,
} from "./observe.ts";
export type { EventSpec, KernelProgram, ModifySpec, Op, Place } from "./op.ts";
export { decodeOutcome, type Outcome } from "./outcome.ts";
export { fork, load, type OpenOptions, open, ProgramBuilder, store } from "./program-builder.ts";
export { type RandomProgramOptions, randomProgram } from "./random-program.ts";
export { walkAtRandom } from "./random-walk.ts";
export { type RunResult, SequentialRun, type StatementResult } from "./sequential-run.ts";
export { signalIndex, signalName } from "./signal-names.ts";
export { BpSlots, type Pinned, type SlotsConfig } from "./slots/bp-slots.ts";
export { LinearSlots } from "./slots/linear-slots.ts";
export { symptomOf } from "./symptom.ts";
