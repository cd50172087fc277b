import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ending } from "./target.ts";

/** The command, as a file for Node. */
export const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const AS_NOBODY = join(import.meta.dirname, "as-nobody.ts");
/** The user and group that own nothing. */
export const NOBODY = 65_534;

/** One line of `--json`. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface CliResult {
  readonly status: Ending;
  readonly output: readonly string[];
  readonly errors: string;
}

/** The first line of each stream, empty when it ends without one. */
interface Started {
  readonly output: Promise<string>;
  readonly errors: Promise<string>;
}

/** `trapline watch` as people run it: a process of its own. */
export class Cli implements AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  private readonly child: ChildProcess;
  private readonly started: Started;
  private readonly errors: readonly string[];

  private constructor(
    child: ChildProcess,
    of: { readonly started: Started; readonly errors: readonly string[] },
    ended: Promise<CliResult>,
  ) {
    const { started, errors } = of;
    this.errors = errors;
    this.child = child;
    this.pid = child.pid ?? 0;
    this.started = started;
    this.ended = ended;
  }

  static watch(args: readonly (string | number)[], { asNobody = false } = {}): Cli {
    const program = asNobody ? AS_NOBODY : MAIN;
    const child = spawn(process.execPath, [program, "watch", ...args.map(String)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = collect(child.stdout);
    const errors = collect(child.stderr);
    const ended = new Promise<CliResult>((resolve) => {
      child.once("close", (code, signal) => {
        const status = signal ?? code ?? -1;
        resolve({ status, output: output.lines, errors: errors.lines.join("\n") });
      });
    });
    const started = { output: output.first, errors: errors.first };
    return new Cli(child, { started, errors: errors.lines }, ended);
  }

  /** Waits for the header of `--json`: from then on the registers are armed. Throws if none comes. */
  async armed(): Promise<JsonLine> {
    const line = await this.started.output;
    if (line !== "") return JSON.parse(line);
    throw new Error(`trapline ended before it had armed: ${(await this.ended).errors}`);
  }

  /** The same for the other forms, which say so on standard error. */
  async announced(): Promise<void> {
    const line = await this.started.errors;
    if (!line.includes("watching")) throw new Error(`trapline did not arm: ${line}`);
  }

  /** Waits for a line of standard error. */
  async said(what: RegExp): Promise<string> {
    for (;;) {
      const line = this.errors.find((it) => what.test(it));
      if (line !== undefined) return line;
      const isOver = await Promise.race([this.ended.then(() => true), sleep(20, false)]);
      if (isOver)
        throw new Error(`trapline ended without saying ${what}: ${this.errors.join("\n")}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

function collect(stream: Readable): { lines: readonly string[]; first: Promise<string> } {
  const lines: string[] = [];
  const reading = createInterface(stream);
  const first = new Promise<string>((resolve) => {
    reading.once("line", resolve);
    reading.once("close", () => resolve(""));
  });
  reading.on("line", (line) => lines.push(line));
  return { lines, first };
}

/** The JSON lines of a run that ended well: one header, the hits, one summary. */
export function jsonOf({ status, output, errors }: CliResult) {
  if (status !== 0) throw new Error(`trapline ended with ${status}: ${errors}`);
  const [header, ...rest] = output.map((line): JsonLine => JSON.parse(line));
  const summary = rest.pop();
  if (header?.kind !== "header" || summary?.kind !== "summary") {
    throw new Error(`no header, or no summary: ${output.at(0)} … ${output.at(-1)}`);
  }
  const odd = rest.find(({ kind }) => kind !== "hit");
  if (odd !== undefined) throw new Error(`${odd.kind} between the hits`);
  return { header, hits: rest, summary };
}
