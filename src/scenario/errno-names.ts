import { type Errno, errnoName } from "../base/index.ts";

const HIGHEST_ERRNO = 4095; // the kernel's MAX_ERRNO

/** Every error that the language can name: those that the rest of the program can name. */
export const ERRNO_NAMES: readonly Errno[] = Array.from({ length: HIGHEST_ERRNO }, (_, index) =>
  errnoName(index + 1),
).filter((name) => name !== "E?");
