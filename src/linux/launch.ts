import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, readFileSync, readlinkSync, statSync, writeSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Sys, SyscallError } from "./sys.ts";

const PTRACE_CONT = 7;
const PTRACE_DETACH = 17;
const PTRACE_SYSCALL = 24;
const PTRACE_SEIZE = 0x4206;
const PTRACE_O_TRACESYSGOOD = 1;
const PTRACE_O_TRACEEXEC = 0x10;
const PTRACE_EVENT_EXEC = 4;
const SIGTRAP = 5;
const SIGKILL = 9;
const SYSCALL_STOP = SIGTRAP | 0x80;
const WALL = 0x4000_0000;
/** The low byte of a wait status that means a stop. */
const STOPPED = 0x7f;

/** The command cannot be run: 127 when it is not found, 126 when it is but may not be run. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly exitCode: 126 | 127;

  constructor(exitCode: 126 | 127, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Waits for a line before it becomes the command, so that nothing of the command has run when its
 * process id is known. When we die first the pipe ends and the shell gives up.
 */
const WAIT_THEN_EXEC = 'read -r go <&3 || exit 125; exec 3<&-; exec "$@"';

/** A command that stands still before its first instruction, in its own address space. */
export class Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The command's name as it was typed. */
  readonly name: string;
  private readonly sys: Sys;
  /** A signal that was on its way to the command when it stopped; the next resume delivers it. */
  private signal = 0;
  private released = false;

  private constructor(sys: Sys, child: ChildProcess, what: { pid: number; name: string }) {
    this.sys = sys;
    this.child = child;
    this.pid = what.pid;
    this.name = what.name;
  }

  /**
   * Starts a command and stops it right after its exec: mapped, nothing run. Between this call and
   * `release` the event loop must not turn, or libuv would take the tracer's stops for ends.
   * Throws LaunchError, or SyscallError where tracing one's own child is forbidden.
   */
  static start(sys: Sys, command: readonly string[]): Launched {
    const name = command[0] ?? "";
    requireCommand(name);
    const pipe = sys.pipe();
    if (!pipe.ok) throw new SyscallError("pipe2", pipe.error);
    const [readEnd, writeEnd] = pipe.value;
    const child = spawn("/bin/sh", ["-c", WAIT_THEN_EXEC, "sh", ...command], {
      argv0: "sh",
      stdio: ["inherit", "inherit", "inherit", readEnd],
    });
    sys.close(readEnd);
    if (child.pid === undefined) {
      sys.close(writeEnd);
      throw new LaunchError(126, `run ${name}: no process could be started`);
    }
    const launched = new Launched(sys, child, { pid: child.pid, name });
    try {
      launched.stopAtExec(writeEnd);
    } finally {
      sys.close(writeEnd);
    }
    return launched;
  }

  /**
   * Lets the dynamic linker run, call by call, until `ready` says so after one of its system
   * calls, or until the program itself has begun. True when `ready` did.
   */
  runLinkerUntil(ready: () => boolean): boolean {
    if (ready()) return true;
    const linker = linkerOf(this.pid);
    for (;;) {
      if (this.resume("PTRACE_SYSCALL", PTRACE_SYSCALL) !== SYSCALL_STOP) continue;
      if (ready()) return true;
      const registers = this.sys.traceeRegisters(this.pid);
      if (!registers.ok) throw new SyscallError("ptrace(PTRACE_GETREGSET)", registers.error);
      if (linker === undefined || !linker(registers.value.instructionPointer)) return false;
    }
  }

  /** Lets the command run, traced by nobody. */
  release(): void {
    this.released = true;
    this.sys.ptrace(PTRACE_DETACH, this.pid, 0);
  }

  /** Ends the command if nothing of it has run. */
  abandonUnlessReleased(): void {
    if (this.released) return;
    this.sys.kill(this.pid, SIGKILL);
    this.child.unref();
  }

  private stopAtExec(writeEnd: number): void {
    const options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
    const seized = this.sys.ptrace(PTRACE_SEIZE, this.pid, options);
    if (!seized.ok) {
      const hint = "a child of ours may not be traced here: attach with -p once it runs";
      throw new SyscallError(`trace ${this.name}`, seized.error, hint);
    }
    writeSync(writeEnd, "go\n");
    const execStop = SIGTRAP | (PTRACE_EVENT_EXEC << 8);
    let stop = this.nextStop();
    while (stop !== execStop) stop = this.resume("PTRACE_CONT", PTRACE_CONT);
  }

  private resume(name: string, request: number): number {
    const done = this.sys.ptrace(request, this.pid, this.signal);
    if (!done.ok) throw new SyscallError(`ptrace(${name})`, done.error);
    return this.nextStop();
  }

  /** Waits for the next stop: the signal in the low byte, the event in the next. */
  private nextStop(): number {
    const waited = this.sys.waitpid(this.pid, WALL);
    if (!waited.ok) throw new SyscallError("waitpid", waited.error);
    if ((waited.value.status & 0xff) !== STOPPED) {
      this.child.unref(); // its end was told to us, so libuv will wait for it in vain
      throw new LaunchError(126, `run ${this.name}: it ended before its first instruction`);
    }
    const stop = waited.value.status >> 8;
    this.signal = stop < 0x80 && stop !== SIGTRAP ? stop : 0;
    return stop;
  }
}

/** Throws LaunchError unless the command is there and may be run. */
function requireCommand(name: string): void {
  const folders = name.includes("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
  const files = folders.map((folder) => (folder === "" ? name : join(folder, name)));
  const found = files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (found.length === 0) throw new LaunchError(127, `run ${name}: no such command`);
  if (!found.some(isExecutable)) {
    throw new LaunchError(126, `run ${name}: ${found[0]} is not executable: chmod +x it`);
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether an address is the dynamic linker's; undefined for a static program. */
function linkerOf(pid: number): ((address: bigint) => boolean) | undefined {
  const program = readlinkSync(`/proc/${pid}/exe`);
  const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
  const ranges = lines
    .map((line) => /^(\w+)-(\w+) \S+ \S+ \S+ \d+ +(\/.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, , , path]) => path !== program)
    .map(([, start, end]) => ({ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }));
  if (ranges.length === 0) return undefined;
  return (address) => ranges.some(({ start, end }) => address >= start && address < end);
}
