import { FORMAT_VERSION } from "./frame.ts";
import type { Value } from "./value.ts";

/** A record of a value as it stands in the file: its kind, as in RECORD, and what it holds. */
export interface ValueRecord {
  readonly kind: number;
  readonly value: Value;
}

/** What makes a record of the next version out of one of this version. */
export type Upgrade = (record: ValueRecord) => ValueRecord;

/**
 * By version, the step from it to the next. A version that changes what is there adds the step from
 * the one before, and a recording of that one to the tests; fields and kinds that are only added need
 * neither.
 */
const UPGRADES: Readonly<Record<number, Upgrade>> = {};

/** A record of an older file as this version would have written it. */
export function upgraded(
  record: ValueRecord,
  version: number,
  upgrades: Readonly<Record<number, Upgrade>> = UPGRADES,
  to = FORMAT_VERSION,
): ValueRecord {
  let it = record;
  for (let step = version; step < to; step += 1) it = upgrades[step]?.(it) ?? it;
  return it;
}
