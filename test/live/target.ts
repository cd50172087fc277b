import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface TargetOptions {
  readonly uid?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended: the exit code, or the signal's name. */
export type Ending = number | NodeJS.Signals;

/** A running target: it has told its addresses and waits for a line. */
export class Target implements AsyncDisposable {
  readonly pid: number;
  /** The pairs of its first line. */
  readonly values: ReadonlyMap<string, bigint>;
  /** Settles once it has ended and its output is read. */
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    started: { lines: Interface; first: string; ended: Promise<Ending> },
  ) {
    this.child = child;
    this.pid = child.pid ?? 0;
    this.lines = started.lines[Symbol.asyncIterator]();
    this.values = pairs(started.first);
    this.ended = started.ended;
  }

  static async start(
    path: string,
    args: readonly (string | number)[] = [],
    { uid, env, cwd }: TargetOptions = {},
  ): Promise<Target> {
    const child = spawn(path, args.map(String), {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    child.stdin.on("error", () => undefined); // it may end before it has read its input
    const ended = new Promise<Ending>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(signal ?? code ?? -1));
    });
    const lines = createInterface(child.stdout);
    const first = new Promise<string>((resolve) => lines.once("line", resolve));
    const line = await Promise.race([first, ended]);
    if (typeof line !== "string" || !line.includes("=")) {
      throw new Error(`run ${path}: it ended before it was ready: ${line}`);
    }
    return new Target(child, { lines, first: line, ended });
  }

  /** What the first line said of `name`: mostly an address. */
  value(name: string): bigint {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`the target did not tell its ${name}`);
    return value;
  }

  /** `value(name)` plus `offset` as a WHERE takes it. */
  at(name: string, offset = 0): string {
    return `0x${(this.value(name) + BigInt(offset)).toString(16)}`;
  }

  /** Gives it the line that it waits for. */
  go(): void {
    this.child.stdin.write("go\n");
  }

  /** Its next line, as pairs; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    const next = await this.lines.next();
    return next.done ? undefined : next.value;
  }

  /** Lets it do its work; gives the pairs that it tells when that is done. It stays alive. */
  async work(): Promise<ReadonlyMap<string, bigint>> {
    this.go();
    const line = await this.line();
    if (!line?.startsWith("done")) throw new Error(`the target said ${line} instead of done`);
    return pairs(line);
  }

  /** Lets it do its work and end. */
  async run(): Promise<ReadonlyMap<string, bigint>> {
    const told = await this.work();
    await this.end();
    return told;
  }

  /** Lets it end, and tells how it did. */
  end(): Promise<Ending> {
    this.child.stdin.end();
    return this.ended;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

function pairs(line: string): ReadonlyMap<string, bigint> {
  const found = line.matchAll(/(\w+)=(0x[0-9a-f]+|\d+)/g);
  return new Map([...found].map(([, name = "", value = ""]) => [name, BigInt(value)]));
}
