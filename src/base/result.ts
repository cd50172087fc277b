import type { Errno } from "./errno.ts";

/** What a call returns that may be refused: the value, or the reason as a literal. */
export type Result<T, E = Errno> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
