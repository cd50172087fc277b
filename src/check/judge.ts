import type { Outcome, Place, Resolved } from "../scenario/index.ts";

/** What a statement was seen to end with, on whatever it ran. Addresses are places by then. */
export type Seen =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "errno"; readonly errno: string }
  | { readonly kind: "eof" | "exited" | "not-done" }
  | { readonly kind: "poll"; readonly event: string }
  | { readonly kind: "signal" | "killed"; readonly signal: string };

/** Whether an outcome is the one that was expected. `addressOf` says where a place lies there. */
export function isExpected(
  expected: Outcome<Resolved>,
  seen: Seen,
  addressOf: (place: Place<Resolved>) => number,
): boolean {
  switch (expected.kind) {
    case "any":
      return true;
    case "ok":
      return seen.kind === "value";
    case "value":
      return (
        seen.kind === "value" &&
        seen.value >= expected.range.low &&
        seen.value <= expected.range.high
      );
    case "bits":
      return seen.kind === "value" && (seen.value & expected.mask) === expected.mask;
    case "address":
      return seen.kind === "value" && seen.value === addressOf(expected.place);
    case "errno":
      return seen.kind === "errno" && seen.errno === expected.errno;
    case "poll":
      return seen.kind === "poll" && seen.event === expected.event;
    case "signal":
    case "killed":
      return seen.kind === expected.kind && seen.signal === expected.signal;
    default:
      return seen.kind === expected.kind;
  }
}

/** Actions whose 0 is a number like any other; elsewhere it says that all went well. */
const NUMERIC = new Set(["read", "samples", "signals", "peek", "peek-dr"]);

/** What a statement ended with, as a number where it is one. */
export function resultOf(action: { readonly kind: string }, seen: Seen): string | number {
  switch (seen.kind) {
    case "value":
      return seen.value === 0 && !NUMERIC.has(action.kind) ? "ok" : seen.value;
    case "errno":
      return seen.errno;
    case "poll":
      return seen.event;
    case "signal":
      return seen.signal;
    case "killed":
      return `killed ${seen.signal}`;
    default:
      return seen.kind === "not-done" ? "not done" : seen.kind;
  }
}

export function expectedText(expected: readonly Outcome<Resolved>[]): string {
  return expected.map(outcomeText).join(" or ");
}

function outcomeText(expected: Outcome<Resolved>): string {
  switch (expected.kind) {
    case "value": {
      const { low, high } = expected.range;
      return low === high ? String(low) : `${low}..${high}`;
    }
    case "bits":
      return `has 0x${expected.mask.toString(16)}`;
    case "address":
      return `&${expected.place.name}${expected.place.offset > 0 ? `+${expected.place.offset}` : ""}`;
    case "errno":
      return expected.errno;
    case "poll":
      return expected.event;
    case "signal":
      return expected.signal;
    case "killed":
      return `killed ${expected.signal}`;
    default:
      return expected.kind;
  }
}
