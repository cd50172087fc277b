import { createRequire } from "node:module";

type Iced = typeof import("iced-x86");

let loaded: Iced | undefined;

/**
 * The decoder. Loading its megabytes takes longer than arming a register, so it is done when the
 * first instruction is asked for: the hits wait in their rings meanwhile.
 */
export function iced(): Iced {
  if (loaded !== undefined) return loaded;
  const module: Iced = createRequire(import.meta.url)("iced-x86");
  loaded = module;
  return module;
}

/** False where the decoder cannot be loaded, as by a user who may not read its file. */
export function canDecode(): boolean {
  try {
    iced();
    return true;
  } catch {
    return false;
  }
}
