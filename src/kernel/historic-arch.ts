import { type Architecture, arm64, powerpc } from "../arch/index.ts";
import type { FixId } from "./fixes.ts";

/** The architecture as its kernel code was before some of its fixes; the hardware is the same. */
export function historicArch(arch: Architecture, without: ReadonlySet<FixId>): Architecture {
  if (arch.name === "x86") return arch;
  const { slots, name, title } = arch;
  if (arch.name === "arm64") {
    const features = {
      breakpoints: slots.inst,
      watchpoints: slots.data,
      truncates: without.has("Z26"),
      exactOnly: without.has("Z25"),
      reportsStart: without.has("Z25"), // on others nobody would have noticed
    };
    return { ...arm64(features), slots };
  }
  const features = {
    dawr: arch.name !== "powerpc-dabr",
    arch31: arch.name === "powerpc-p10",
    wideBlock: without.has("Z18"),
    unrounded: without.has("Z19"),
    judgedByFault: without.has("Z19"),
  };
  return powerpc(features, { name, title, slots });
}
