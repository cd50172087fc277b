import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { asPid, type Pid } from "../base/index.ts";
import { Symbolizer } from "./symbolizer.ts";
import { mainPrinting, Running, Workshop } from "./test-programs.ts";

const USER = { mode: "user" } as const;
const AFTER = { mode: "user", after: true } as const;
const KERNEL = { mode: "kernel" } as const;
const PID = asPid(42);

/** A clock that goes when it is told to, and a /proc made by hand. */
class FakeProc implements Disposable {
  readonly workshop = new Workshop();
  time = 0;
  readonly symbolizer = new Symbolizer({
    proc: this.workshop.path("proc"),
    now: () => this.time,
  });

  write(path: string, text: string): void {
    mkdirSync(dirname(this.workshop.path(`proc/${path}`)), { recursive: true });
    writeFileSync(this.workshop.path(`proc/${path}`), text);
  }

  end(pid: Pid): void {
    rmSync(this.workshop.path(`proc/${pid}`), { recursive: true });
  }

  name(pid: Pid, address: bigint): string | undefined {
    return this.symbolizer.resolve(pid, address, USER).symbol;
  }

  [Symbol.dispose](): void {
    this.symbolizer[Symbol.dispose]();
    this.workshop[Symbol.dispose]();
  }
}

const JIT_MAPS = "7f0000000000-7f0000100000 rwxp 00000000 00:00 0 \n";

test("code and data of a program and of libc have their names, offsets and files", async () => {
  using workshop = new Workshop();
  const text = `static int zeroed[9]; static int __attribute__((noinline)) f(int x) { return x * 7; }
    ${mainPrinting("&f", "&zeroed[3]", "&getpid")}`;
  const path = workshop.compile("program", [text]);
  await using running = await Running.start(path);
  using symbolizer = new Symbolizer();
  const [f = 0n, zeroed = 0n, getpid = 0n] = running.addresses;
  const resolve = (address: bigint) => symbolizer.resolve(running.pid, address, USER);
  expect(resolve(f + 1n)).toMatchObject({
    kind: "elf",
    address: f + 1n,
    symbol: "f",
    offset: 1,
    object: "program",
    path,
  });
  expect(resolve(zeroed)).toMatchObject({ symbol: "zeroed", offset: 12, object: "program" });
  expect(resolve(getpid)).toMatchObject({ kind: "elf", offset: 0, object: "libc.so.6" });
  expect(resolve(getpid).symbol).toMatch(/getpid$/);
});

test("compiled code beside a second mapping of builtins is not taken for the program's", () => {
  using fake = new FakeProc();
  const main = "int padding[9999]; int f(void) { return 1; } int main(void) { return 0; }";
  const path = fake.workshop.compile("program", [main], "-no-pie", "-Wl,-z,separate-code");
  const { dev, ino } = statSync(path, { bigint: true });
  const device = `${((dev >> 8n) & 0xfffn).toString(16)}:${((dev & 0xffn) | ((dev >> 12n) & 0xfff00n)).toString(16)}`;
  const builtins = `10401000-10402000 r-xp 00001000 ${device} ${ino} ${path}`;
  fake.write("42/maps", `${builtins}\n10402000-10500000 rwxp 00000000 00:00 0 \n`);
  fake.write("42/root/tmp/perf-42.map", "10405000 40 hot\n");
  expect(fake.symbolizer.resolve(PID, 0x10401000n, USER).objectOffset).toBe(0x401000n);
  expect(fake.symbolizer.resolve(PID, 0x10405000n, USER)).toMatchObject({
    kind: "jit",
    symbol: "hot",
  });
});

test("a return address behind a call that never returns belongs to the caller", async () => {
  using workshop = new Workshop();
  const text = `
    __asm__(".text\\n.globl first\\n.type first,@function\\nfirst: nop\\nnop\\n.size first,.-first\\n"
            ".globl second\\n.type second,@function\\nsecond: nop\\n.size second,.-second\\n");
    void second(void); ${mainPrinting("&second")}`;
  await using running = await Running.start(workshop.compile("program", [text]));
  using symbolizer = new Symbolizer();
  const [second = 0n] = running.addresses;
  const at = symbolizer.resolve(running.pid, second, USER);
  const after = symbolizer.resolve(running.pid, second, AFTER);
  expect([at.symbol, at.offset]).toEqual(["second", 0]);
  expect([after.symbol, after.offset, after.address]).toEqual(["first", 2, second]);
  expect(after.objectOffset).toBe(at.objectOffset);
});

test("names outlive their process", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [`int f(void) { return 1; } ${mainPrinting("&f")}`]);
  using symbolizer = new Symbolizer();
  const running = await Running.start(path);
  symbolizer.noteProcess(running.pid);
  await running[Symbol.asyncDispose]();
  rmSync(path);
  const [f = 0n] = running.addresses;
  expect(symbolizer.resolve(running.pid, f, USER)).toMatchObject({
    symbol: "f",
    object: "program",
  });
});

test("a program that was replaced while it ran keeps its own names", async () => {
  using workshop = new Workshop();
  const program = (name: string) =>
    workshop.compile(name, [`int ${name}(void) { return 1; } ${mainPrinting(`&${name}`)}`]);
  const path = program("old");
  await using running = await Running.start(path);
  renameSync(program("new"), path);
  using symbolizer = new Symbolizer();
  const [old = 0n] = running.addresses;
  expect(symbolizer.resolve(running.pid, old, USER).symbol).toBe("old");
});

test("a mapped file that cannot be had is named with the raw offset, and no symbol", () => {
  using fake = new FakeProc();
  fake.write("42/maps", "400000-402000 r-xp 00003000 08:01 77 /opt/gone (deleted)\n");
  expect(fake.symbolizer.resolve(PID, 0x400010n, USER)).toEqual({
    kind: "elf",
    address: 0x400010n,
    object: "gone",
    path: "/opt/gone",
    objectOffset: 0x3010n,
  });
});

test("an address in no mapping, in the heap, or of no process is unknown", () => {
  using fake = new FakeProc();
  fake.write("42/maps", "400000-402000 rw-p 00000000 00:00 0 [heap]\n");
  const resolve = (pid: Pid, address: bigint) => fake.symbolizer.resolve(pid, address, USER);
  expect(resolve(PID, 0n)).toEqual({ kind: "unknown", address: 0n });
  expect(resolve(asPid(43), 0x400000n)).toEqual({ kind: "unknown", address: 0x400000n });
  expect(resolve(PID, 0x400010n)).toMatchObject({
    kind: "unknown",
    object: "[heap]",
    objectOffset: 16n,
  });
});

test("compiled code is named from the map under the process's number in its own namespace", () => {
  using fake = new FakeProc();
  fake.write("42/maps", JIT_MAPS);
  fake.write("42/status", "Name:\tnode\nNSpid:\t42\t7\n");
  fake.write("42/root/tmp/perf-7.map", "7f0000000100 40 JS:~fillRow file:///a/rows.mjs:3:79\n");
  expect(fake.symbolizer.resolve(PID, 0x7f0000000110n, USER)).toEqual({
    kind: "jit",
    address: 0x7f0000000110n,
    symbol: "fillRow",
    offset: 16,
    tier: "interpreted",
    file: "/a/rows.mjs",
    line: 3,
    column: 79,
  });
});

test("code compiled since is named after 100 ms at the latest, also where other code was", () => {
  using fake = new FakeProc();
  fake.write("42/maps", JIT_MAPS);
  fake.write("42/root/tmp/perf-42.map", "7f0000000100 40 first\n");
  const both = () => [fake.name(PID, 0x7f0000000100n), fake.name(PID, 0x7f0000000200n)];
  expect(both()).toEqual(["first", undefined]);
  const map = fake.workshop.path("proc/42/root/tmp/perf-42.map");
  appendFileSync(map, "7f0000000100 40 second\n7f0000000200 40 third\n");
  fake.time += 99;
  expect(both()).toEqual(["first", undefined]);
  fake.time += 1;
  expect(both()).toEqual(["second", "third"]);
});

test("a caller that says when it looks gets the code of that look, neither older nor newer", () => {
  using fake = new FakeProc();
  fake.write("42/maps", JIT_MAPS);
  fake.write("42/root/tmp/perf-42.map", "7f0000000100 40 first\n");
  const map = fake.workshop.path("proc/42/root/tmp/perf-42.map");
  fake.symbolizer.noteLook();
  expect(fake.name(PID, 0x7f0000000100n)).toBe("first");
  appendFileSync(map, "7f0000000100 40 second\n");
  fake.time += 1_000;
  expect(fake.name(PID, 0x7f0000000100n)).toBe("first");
  fake.symbolizer.noteLook();
  expect(fake.name(PID, 0x7f0000000100n)).toBe("second");
});

test("the maps are read again for an unknown address, but not more often than every 100 ms", () => {
  using fake = new FakeProc();
  fake.write("42/maps", "400000-401000 rw-p 00000000 00:00 0 [heap]\n");
  const object = () => fake.symbolizer.resolve(PID, 0x500000n, USER).object;
  expect(object()).toBeUndefined();
  fake.write("42/maps", "500000-501000 r-xp 00000000 08:01 77 /opt/late.so\n");
  fake.time += 99;
  expect(object()).toBeUndefined();
  fake.time += 1;
  expect(object()).toBe("late.so");
  fake.end(PID);
  fake.time += 1_000;
  expect(object()).toBe("late.so");
});

/** A program in which `f` starts at the same address whichever process maps it there. */
function noteOf(path: string, text: bigint) {
  const { dev, ino } = statSync(path, { bigint: true });
  const min = Number((dev & 0xffn) | ((dev >> 12n) & 0xfff00n));
  return {
    start: text,
    len: 0x1000n,
    pgoff: 0x1000n,
    maj: Number((dev >> 8n) & 0xfffn),
    min,
    ino,
    path,
  };
}

test("a child that lived too short to be read is named from what was told of it", () => {
  using fake = new FakeProc();
  const { symbolizer } = fake;
  const flags = [
    "-no-pie",
    "-nostdlib",
    "-static",
    "-Wl,-z,separate-code,-Ttext=0x401000,-e,0x401000",
  ];
  const path = fake.workshop.compile("program", ["int f(void) { return 1; }"], ...flags);
  const other = fake.workshop.compile("other", ["int g(void) { return 1; }"], ...flags);
  const [parent, child, grandchild] = [asPid(50), asPid(51), asPid(52)];
  symbolizer.noteExec(parent);
  symbolizer.noteMmap(parent, noteOf(path, 0x401000n));
  symbolizer.noteFork(parent, child);
  symbolizer.noteFork(child, grandchild);
  symbolizer.noteExec(child);
  symbolizer.noteMmap(child, noteOf(other, 0x401000n));
  expect([parent, child, grandchild].map((pid) => fake.name(pid, 0x401000n))).toEqual([
    "f",
    "g",
    "f",
  ]);
  symbolizer.noteMmap(parent, noteOf(other, 0x401000n));
  expect(fake.name(parent, 0x401000n)).toBe("g");
});

test("after an exec nothing of the old program is left, even while it is being told", () => {
  using fake = new FakeProc();
  fake.write("42/maps", "400000-401000 r-xp 00000000 08:01 77 /opt/before\n");
  expect(fake.symbolizer.resolve(PID, 0x400000n, USER).object).toBe("before");
  fake.end(PID);
  fake.symbolizer.noteExec(PID);
  expect(fake.symbolizer.resolve(PID, 0x400000n, USER)).toEqual({
    kind: "unknown",
    address: 0x400000n,
  });
});

test("code that a parent had compiled is named in its child, too", () => {
  using fake = new FakeProc();
  fake.write("42/maps", JIT_MAPS);
  fake.write("42/root/tmp/perf-42.map", "7f0000000100 40 hot\n");
  expect(fake.name(PID, 0x7f0000000100n)).toBe("hot");
  fake.symbolizer.noteFork(PID, asPid(43));
  fake.end(PID);
  fake.symbolizer.noteExec(PID);
  expect([fake.name(asPid(43), 0x7f0000000100n), fake.name(PID, 0x7f0000000100n)]).toEqual([
    "hot",
    undefined,
  ]);
});

test("memory without a file, as perf tells it, is nothing that could be named", () => {
  using fake = new FakeProc();
  const note = { start: 0x1000n, len: 0x1000n, pgoff: 0n, maj: 0, min: 0, ino: 0n };
  fake.symbolizer.noteMmap(PID, { ...note, path: "//anon" });
  expect(fake.symbolizer.resolve(PID, 0x1010n, USER)).toEqual({
    kind: "unknown",
    address: 0x1010n,
  });
});

test("a new thread changes nothing", () => {
  using fake = new FakeProc();
  fake.write("42/maps", "400000-401000 r-xp 00000000 08:01 77 /opt/program\n");
  fake.symbolizer.noteProcess(PID);
  fake.end(PID);
  fake.symbolizer.noteFork(PID, PID);
  expect(fake.symbolizer.resolve(PID, 0x400000n, USER).object).toBe("program");
});

test("kernel addresses are named whatever the process, modules by name", () => {
  using fake = new FakeProc();
  const names = "ffffffff81000000 T do_it\nffffffffc0001000 t probe\t[nf_tables]\n";
  fake.write("kallsyms", names);
  const resolve = (address: bigint, after = false) =>
    fake.symbolizer.resolve(PID, address, { ...KERNEL, after });
  expect(resolve(0xffffffff81000004n)).toEqual({
    kind: "kernel",
    address: 0xffffffff81000004n,
    symbol: "do_it",
    offset: 4,
    object: "[kernel.kallsyms]",
  });
  expect(resolve(0xffffffffc0001000n).object).toBe("[nf_tables]");
  expect(resolve(0xffffffff81000000n, true).symbol).toBeUndefined();
  expect(fake.symbolizer.kernelNamesMissing).toBeUndefined();
});

test("without kernel names it is said why", () => {
  using fake = new FakeProc();
  fake.write("kallsyms", "0000000000000000 T do_it\n");
  expect(fake.symbolizer.resolve(PID, 0xffffffff81000004n, KERNEL)).toEqual({
    kind: "kernel",
    address: 0xffffffff81000004n,
    object: "[kernel.kallsyms]",
  });
  expect(fake.symbolizer.kernelNamesMissing).toContain("kptr_restrict");
});
