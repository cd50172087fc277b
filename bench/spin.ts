import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

/** What SPIN counts of a model. */
export interface Measured {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

export interface Promela {
  /** A file of `promela/`. */
  readonly promela: string;
  readonly defines: readonly string[];
}

/** Builds SPIN's verifier for a model, with nothing left out of the graph. */
export function buildPan(directory: string, { promela, defines }: Promela): string {
  const source = resolve(import.meta.dirname, "promela", promela);
  const quiet = { cwd: directory, stdio: "ignore" } as const;
  execFileSync("spin", [...defines, "-a", "-o1", "-o2", "-o3", source], quiet);
  const flags = ["-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"];
  execFileSync("gcc", flags, quiet);
  return join(directory, "pan");
}

/** `logSlots` is the logarithm of the size of its table. */
export function runPan(pan: string, { logSlots = 24 } = {}): Measured {
  const args = ["-E", "-n", "-m1000000", `-w${logSlots}`];
  const text = execFileSync(pan, args, { encoding: "utf8" });
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  return {
    states: number(/(\d+) states, stored/),
    transitions: number(/(\d+) transitions/) - 1, // SPIN counts the way into the first state
    seconds: number(/elapsed time ([\d.]+)/),
  };
}
