import { type Access, type AccessKind, overlaps } from "./access.ts";
import type { WatchRegister } from "./architecture.ts";

/** Whether a watch for these kinds of access is about this one. Instructions are not data. */
export function watchesKind(
  watch: { readonly loads: boolean; readonly stores: boolean },
  kind: AccessKind,
): boolean {
  if (kind === "rmw") return watch.loads || watch.stores;
  return (kind === "load" && watch.loads) || (kind === "store" && watch.stores);
}

/**
 * The plain rule of address and kind: data by any common byte, an instruction by its first one.
 * Privilege and odd granules are each architecture's own.
 */
export function comparesEqual(register: WatchRegister, access: Access): boolean {
  if (access.kind === "fetch") return register.executes && access.first === register.first;
  return watchesKind(register, access.kind) && overlaps(register, access);
}
