import { execFileSync } from "node:child_process";

/** For the tests of this folder: whether a tool is there, and runs. */
export function succeeds(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
