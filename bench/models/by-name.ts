import { peterson } from "../../examples/explore/peterson.ts";
import { ringBuffer } from "../../examples/explore/ring-buffer.ts";
import type { Model } from "../../src/explore/index.ts";
import { kernelK } from "./k.ts";
import { paxos } from "./paxos.ts";
import { petersonLevels } from "./peterson-levels.ts";
import { semaphore } from "./semaphore.ts";
import { sharedRegister } from "./shared-register.ts";
import { twoPhaseCommit } from "./two-phase-commit.ts";

/** Models under names that can be passed to another thread, which builds its own. */
export const MODELS = {
  "peterson 3": () => peterson(3),
  "peterson 4": () => peterson(4),
  "K 2 2": () => kernelK(2, 2),
  "K 3 2": () => kernelK(3, 2),
  "K 3 2, 384 bytes": () => kernelK(3, 2, { recordBytes: 64 }),
  "K 2 2 that fails": () => kernelK(2, 2, { fails: true }),
  "K 2 2 up to symmetry": () => kernelK(2, 2, { symmetry: true }),
  "K 2 2 that fails, up to symmetry": () => kernelK(2, 2, { fails: true, symmetry: true }),
  "two-phase commit 5": () => twoPhaseCommit(5),
  paxos: () => paxos(),
  "shared register": () => sharedRegister(),
  semaphore: () => semaphore(),
  "peterson 3, level by level": () => petersonLevels(3),
  "ring buffer that fails": () => ringBuffer(4, { publishFirst: true }),
} as const satisfies Readonly<Record<string, () => Model>>;

export type ModelName = keyof typeof MODELS;
