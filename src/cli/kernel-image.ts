import type { TargetName } from "../conform/index.ts";
import { UsageError } from "./usage-error.ts";

/** What `--kernel` names. Only a guest can boot it: throws where none of the targets is one. */
export function kernelImage(
  flag: string | undefined,
  targets: readonly TargetName[],
): string | undefined {
  if (flag === undefined || targets.some((name) => name.startsWith("guest:"))) return flag;
  throw new UsageError(
    `--kernel ${flag}: a guest boots it, and --on ${targets.join(",")} names none: such as guest:arm64-6.12`,
  );
}
