import { spawnSync } from "node:child_process";
import { test } from "vitest";
import { openSys, registerHolders } from "../../src/linux/index.ts";
import { freeSlots } from "../../src/watch/index.ts";

/** What a file of live tests cannot do without. */
export interface Needs {
  readonly root?: boolean;
  /** Data registers that nobody else holds. */
  readonly registers?: number;
  readonly commands?: readonly string[];
}

/**
 * The test function of a file, when this machine has what it needs. Otherwise one that skips each
 * test, and says why: a count is exact only where nothing else uses the registers.
 */
export function requires({ root = false, registers = 1, commands = ["gcc"] }: Needs) {
  const lacking = [
    root && process.getuid?.() !== 0 ? "root" : undefined,
    registersLacking(registers),
    ...commands.filter((name) => !isCommand(name)),
  ].filter((it) => it !== undefined);
  if (lacking.length === 0) return test;
  const reason = `needs ${lacking.join(", ")}`;
  console.warn(`skipped: ${reason}`);
  return test.skip;
}

function registersLacking(wished: number): string | undefined {
  const free = freeSlots(openSys());
  if (free >= wished) return undefined;
  const holders = registerHolders().map(({ pid, comm }) => `${comm} (${pid})`);
  const held = holders.length === 0 ? "" : `, held by ${holders.join(", ")}`;
  return `${wished} free debug registers (${free} are${held})`;
}

function isCommand(name: string): boolean {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}
