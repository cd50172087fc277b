/**
 * x86 instructions of live processes: which one made an access, what it reads and stores.
 * It knows bytes and addresses, and nothing of names, files or perf.
 */
export type { Doubt } from "./before.ts";
export { instructionBefore } from "./before.ts";
export type { Code, CodePiece } from "./code.ts";
export { type Culprit, findCulprit, type Trap } from "./culprit.ts";
export { maySurprise } from "./glance.ts";
export { canDecode } from "./iced.ts";
export {
  type Flow,
  type Instruction,
  type MemoryOperand,
  readsMemory,
  type StoredValue,
  writesMemory,
} from "./instruction.ts";
