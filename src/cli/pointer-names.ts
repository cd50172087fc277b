import { asPid } from "../base/index.ts";
import type { ValueFormat } from "../values/index.ts";
import type { Session } from "../watch/index.ts";

const KERNEL_HALF = 1n << 63n;

/** For printing the values of a process: its pointers with the function or variable they point to. */
export function pointerNames({ parts }: Session, pid: number): ValueFormat {
  return { symbolOf: (address) => nameAt(parts.symbols, pid, address) };
}

function nameAt(
  symbols: Session["parts"]["symbols"],
  pid: number,
  address: bigint,
): string | undefined {
  const isKernel = address >= KERNEL_HALF;
  const frame = symbols.resolve(asPid(pid), address, { mode: isKernel ? "kernel" : "user" });
  const { symbol, offset = 0 } = frame;
  // The kernel's symbols have no sizes: only a symbol's very start is known to be its.
  if (symbol === undefined || (isKernel && offset !== 0)) return undefined;
  const name = (frame.inlined === undefined ? frame.function : undefined) ?? symbol;
  return offset === 0 ? name : `${name}+${offset}`;
}
