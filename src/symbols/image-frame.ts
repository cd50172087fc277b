import { asVa } from "../base/index.ts";
import { demangle } from "./dwarf/demangle.ts";
import type { CodePlace } from "./dwarf/line-of.ts";
import type { Frame } from "./frame.ts";
import type { Image } from "./image.ts";
import { withoutVersion } from "./string-table.ts";

/** What an object file says of an address in it; `lookup` is the address to look up, of code in it. */
export function imageFrame({ object, bias }: Image, address: bigint, lookup: bigint): Frame {
  const frame = {
    ...sourceOf(object.lineOf(lookup - bias)),
    kind: "elf",
    address: asVa(address),
    object: object.name,
    path: object.path,
    objectOffset: address - bias,
  } as const;
  const symbol = object.lookup(lookup - bias);
  if (symbol === undefined) return frame;
  const offset = Number(address - bias - symbol.value);
  const name = withoutVersion(symbol.name);
  // Without debug info the mangled name is all there is of its scopes and parameters.
  const plain = frame.function === undefined ? demangle(name) : undefined;
  return {
    ...frame,
    symbol: name,
    offset,
    ...(plain === undefined ? {} : { function: plain }),
  };
}

/** The innermost function's place, and the chain if it was inlined. */
function sourceOf(place: CodePlace | undefined): Partial<Frame> {
  if (place === undefined) return {};
  const { inlinedInto, ...own } = place;
  return inlinedInto.length === 0 ? own : { ...own, inlined: [own, ...inlinedInto] };
}
