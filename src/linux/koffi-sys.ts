import koffi from "koffi";
import { err, errnoName, ok, type Result } from "../base/index.ts";
import type { Mapping, Sys, TraceeRegisters, WaitStatus } from "./sys.ts";

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const O_CLOEXEC = 0o2000000;
const POLLIN = 1;
const PTRACE_GETREGSET = 0x4204;
const NT_PRSTATUS = 1;
/** Words of `struct user_regs_struct` on x86-64, and where rip stands in it. */
const USER_REGS_WORDS = 27;
const RIP_INDEX = 16;

/** Numbers of the calls that the C library wraps nowhere or only since recently. */
const SYSCALLS = {
  x64: { perfEventOpen: 298, bpf: 321, pidfdOpen: 434 },
  arm64: { perfEventOpen: 241, bpf: 280, pidfdOpen: 434 },
} as const;

/** The system calls of this computer, through the C library that Node itself runs on. */
export function openSys(): Sys {
  const numbers = SYSCALLS[process.arch === "arm64" ? "arm64" : "x64"];
  const c = bindLibc();

  /** Runs a call that says failure as -1 and turns it into a Result. */
  const call = (run: () => number | bigint): Result<number> => {
    const value = Number(run());
    return value === -1 ? err(errnoName(koffi.errno())) : ok(value);
  };

  return {
    perfEventOpen: (attr, pid, cpu) =>
      call(() => c.perfEventOpen(numbers.perfEventOpen, attr, pid, cpu, -1, PERF_FLAGS)),
    ioctl: (fd, request, argument) => call(() => c.ioctl(fd, request, argument)),
    mapRing: (fd, bytes) => mapRing(c.mmap, fd, bytes),
    unmapRing: (mapping) => void c.munmap(mapping.address, mapping.buffer.byteLength),
    read: (fd, into) => call(() => c.read(fd, into, into.byteLength)),
    close: (fd) => void c.close(fd),
    bpf: (command, attr) => call(() => c.bpf(numbers.bpf, command, attr, attr.byteLength)),
    addressOf: (bytes) => koffi.address(bytes),
    pidfdOpen: (pid) => call(() => c.pidfdOpen(numbers.pidfdOpen, pid, 0)),
    isReadable: (fd) => {
      const pollfd = new Int32Array([fd, POLLIN]);
      return c.poll(pollfd, 1, 0) > 0;
    },
    pipe: () => {
      const ends = new Int32Array(2);
      const made = call(() => c.pipe2(ends, O_CLOEXEC));
      return made.ok ? ok([ends[0] ?? -1, ends[1] ?? -1] as const) : made;
    },
    ptrace: (request, pid, data) => call(() => c.ptrace(request, pid, 0, data)),
    traceeRegisters: (pid) => traceeRegisters(c.ptraceRegset, pid),
    waitpid: (pid, options) => waitpid(c.waitpid, pid, options),
    kill: (pid, signal) => call(() => c.kill(pid, signal)),
  };
}

/** Whether a shared library can be loaded here. */
export function canLoadLibrary(name: string): boolean {
  try {
    koffi.load(name);
    return true;
  } catch {
    return false;
  }
}

const PERF_FLAGS = 8; // PERF_FLAG_FD_CLOEXEC

function bindLibc() {
  const libc = koffi.load("libc.so.6");
  const long = "int64_t";
  return {
    perfEventOpen: libc.func("syscall", long, [long, "void *", long, long, long, long]),
    bpf: libc.func("syscall", long, [long, long, "void *", long]),
    pidfdOpen: libc.func("syscall", long, [long, long, long]),
    ioctl: libc.func("int ioctl(int fd, unsigned long request, int64_t argument)"),
    mmap: libc.func("uint64_t mmap(uint64_t at, size_t n, int prot, int flags, int fd, int64_t o)"),
    munmap: libc.func("int munmap(uint64_t at, size_t length)"),
    read: libc.func("int64_t read(int fd, void *into, size_t count)"),
    close: libc.func("int close(int fd)"),
    poll: libc.func("int poll(void *fds, unsigned long count, int timeout)"),
    pipe2: libc.func("int pipe2(void *ends, int flags)"),
    ptrace: libc.func("ptrace", long, [long, long, long, long]),
    ptraceRegset: libc.func("ptrace", long, [long, long, long, "void *"]),
    waitpid: libc.func("int waitpid(int pid, void *status, int options)"),
    kill: libc.func("int kill(int pid, int signal)"),
  };
}

type Call = (...args: readonly unknown[]) => number | bigint;

function mapRing(mmap: Call, fd: number, bytes: number): Result<Mapping> {
  const address = BigInt(mmap(0n, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0));
  if (address === MAP_FAILED) return err(errnoName(koffi.errno()));
  return ok({ buffer: koffi.view(address, bytes), address });
}

function traceeRegisters(ptrace: Call, pid: number): Result<TraceeRegisters> {
  const registers = new BigUint64Array(USER_REGS_WORDS);
  const iovec = new BigUint64Array([koffi.address(registers), BigInt(registers.byteLength)]);
  if (Number(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, iovec)) === -1) {
    return err(errnoName(koffi.errno()));
  }
  return ok({ instructionPointer: registers[RIP_INDEX] ?? 0n });
}

function waitpid(wait: Call, pid: number, options: number): Result<WaitStatus> {
  const status = new Int32Array(1);
  const found = Number(wait(pid, status, options));
  if (found === -1) return err(errnoName(koffi.errno()));
  return ok({ pid: found, status: status[0] ?? 0 });
}
