import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The C program that is watched, waiting for commands. */
export interface Target extends Disposable {
  readonly pid: number;
  /** Of its counter: eight bytes, as `0x…`. */
  readonly address: string;
  /** Runs one command and resolves to the ns it took. */
  run(command: string): Promise<number>;
}

const folder = mkdtempSync(join(tmpdir(), "trapline-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A folder of the benchmark's own, removed when it ends. */
export function scratch(name: string): string {
  return join(folder, name);
}

/** Builds the target once. */
export function buildTarget(): string {
  const source = fileURLToPath(new URL("target.c", import.meta.url));
  const binary = scratch("target");
  execFileSync("gcc", ["-O2", "-g", "-pthread", "-o", binary, source]);
  return binary;
}

export async function startTarget(binary: string): Promise<Target> {
  const child = spawn(binary, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: address } = await lines.next();
  return {
    pid: child.pid ?? 0,
    address: String(address),
    run: async (command) => {
      child.stdin.write(`${command}\n`);
      return Number((await lines.next()).value);
    },
    [Symbol.dispose]: () => {
      child.kill("SIGKILL");
    },
  };
}
