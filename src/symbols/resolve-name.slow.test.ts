import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { asPid } from "../base/index.ts";
import type { NameQuery } from "./named-address.ts";
import { resolveName } from "./resolve-name.ts";
import { mainPrinting, Running, Workshop } from "./test-programs.ts";

const STATICS = `static int mine = 1; int global = 2; int big[100]; static int zeroed;
  int touch(int x) { return global += mine++ + big[x] + zeroed++; }
  void *places[] = { &mine, &zeroed };
  extern void *places[]; extern int global, big[]; int touch(int);`;
const PRINT_STATICS = mainPrinting("places[0]", "&global", "&big[0]", "places[1]", "&touch");
const DECLARED = "extern void *places[]; extern int global, big[]; int touch(int);";

async function found(running: Running, ...queries: readonly (string | NameQuery)[]) {
  return queries.map((it) => {
    const named = resolveName(running.pid, typeof it === "string" ? { name: it } : it);
    return named.ok ? named.value.address : named.error.kind;
  });
}

test.each([
  ["position independent", ["-pie", "-fPIE"]],
  ["at fixed addresses", ["-no-pie", "-fno-pie"]],
  ["static", ["-static", "-no-pie"]],
  ["static and position independent", ["-static-pie", "-fPIE"]],
  ["with a segment a page and 2 MiB pages", ["-Wl,-z,separate-code,-z,max-page-size=0x200000"]],
  ["without separate code", ["-Wl,-z,noseparate-code"]],
  ["with relocations read-only", ["-Wl,-z,relro,-z,now"]],
])("a program %s: its variables are where it says they are", async (_, flags) => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [STATICS, DECLARED + PRINT_STATICS], ...flags);
  await using running = await Running.start(path);
  expect(await found(running, "mine", "global", "big", "zeroed", "touch")).toEqual(
    running.addresses,
  );
});

test("what is found agrees with nm about size, and says type, object and path", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [STATICS, DECLARED + PRINT_STATICS]);
  await using running = await Running.start(path);
  const named = resolveName(running.pid, { object: "program", name: "big" });
  expect(named).toMatchObject({
    ok: true,
    value: { symbol: "big", object: "program", path, type: "object" },
  });
  const listed = execFileSync("nm", ["-S", path], { encoding: "utf8" });
  const size = /^\S+ (\S+) \S big$/m.exec(listed)?.[1] ?? "";
  expect(named.ok && named.value.size).toBe(Number.parseInt(size, 16));
});

const LIBRARY = `int counter = 5; int own = 6; static int inside = 7;
  int bump(void) { return counter++ + own++ + inside++; }
  int *counterOfLibrary(void) { return &counter; } int *insideOfLibrary(void) { return &inside; }`;
const USER = `extern int counter, own; int bump(void), *counterOfLibrary(void), *insideOfLibrary(void);
  int use(void) { return bump() + counter; }`;

function withLibrary(workshop: Workshop, library: readonly string[], ...flags: readonly string[]) {
  workshop.compile("libcount.so.1.2", library, "-shared", "-fPIC", "-Wl,-soname,libcount.so.1");
  workshop.run("ln", "-s", "libcount.so.1.2", "libcount.so.1");
  const main = USER + mainPrinting("counterOfLibrary()", "insideOfLibrary()", "&bump");
  return workshop.compile(
    "program",
    [main],
    workshop.path("libcount.so.1"),
    "-Wl,-rpath,$ORIGIN",
    ...flags,
  );
}

test("a variable that the program has a copy of is the copy, also when the library is named", async () => {
  using workshop = new Workshop();
  const path = withLibrary(workshop, [LIBRARY], "-no-pie", "-fno-pie");
  expect(execFileSync("readelf", ["-r", path], { encoding: "utf8" })).toMatch(/_COPY.* counter/);
  await using running = await Running.start(path);
  const [counter, inside] = running.addresses;
  const spellings = [
    "libcount",
    "libcount.so",
    "libcount.so.1.2",
    workshop.path("libcount.so.1.2"),
  ];
  const queries = spellings.map((object) => ({ object, name: "counter" }));
  expect(await found(running, "counter", ...queries)).toEqual(Array(5).fill(counter));
  expect(await found(running, "inside", { object: "libcount", name: "inside" })).toEqual([
    inside,
    inside,
  ]);
  const named = resolveName(running.pid, { object: "libcount", name: "counter" });
  expect(named.ok && named.value.object).toBe("program");
});

test("a library that binds to itself keeps its own: the name alone is then ambiguous", async () => {
  using workshop = new Workshop();
  const path = withLibrary(workshop, [LIBRARY], "-no-pie", "-fno-pie");
  workshop.write("again.c", LIBRARY);
  const soname = "-Wl,-Bsymbolic,-soname,libcount.so.1";
  workshop.run(
    "gcc",
    "-shared",
    "-fPIC",
    soname,
    "-o",
    workshop.path("libcount.so.1.2"),
    "again.c",
  );
  await using running = await Running.start(path);
  expect(await found(running, { object: "libcount", name: "counter" }, "counter")).toEqual([
    running.addresses[0],
    "ambiguous",
  ]);
});

test("a function that the program interposes is the program's, unless its library is named", async () => {
  using workshop = new Workshop();
  const own = "int bump(void) { return 1; }";
  const path = withLibrary(workshop, [LIBRARY], workshop.write("own.c", own), "-rdynamic");
  await using running = await Running.start(path);
  const named = resolveName(running.pid, { name: "bump" });
  expect(named.ok && [named.value.object, named.value.address]).toEqual([
    "program",
    running.addresses[2],
  ]);
  const inLibrary = resolveName(running.pid, { object: "libcount", name: "bump" });
  expect(inLibrary.ok && inLibrary.value.object).toBe("libcount.so.1.2");
});

test("what is preloaded comes before what the program needs", async () => {
  using workshop = new Workshop();
  const path = withLibrary(workshop, [LIBRARY], "-pie", "-fPIE", "-fPIC");
  const preload = workshop.compile("libfirst.so", ["int own = 60;"], "-shared", "-fPIC");
  await using running = await Running.start(path, { LD_PRELOAD: preload });
  const named = resolveName(running.pid, { name: "own" });
  expect(named.ok && named.value.object).toBe("libfirst.so");
});

test("of two libraries that export one name the one that is needed first has it for both", async () => {
  using workshop = new Workshop();
  const library = (i: number) => `int shared = ${i}; int *seenBy${i}(void) { return &shared; }`;
  const libraries = [1, 2].map((i) =>
    workshop.compile(`lib${i}.so`, [library(i)], "-shared", "-fPIC"),
  );
  const main = `int *seenBy1(void), *seenBy2(void); ${mainPrinting("seenBy1()", "seenBy2()")}`;
  const flags = [...libraries.toReversed(), "-Wl,--no-as-needed,-rpath,$ORIGIN"];
  await using running = await Running.start(workshop.compile("program", [main], ...flags));
  const [first, second] = running.addresses;
  expect(first).toBe(second);
  expect(await found(running, "shared", { object: "lib1", name: "shared" })).toEqual([
    first,
    first,
  ]);
  const named = resolveName(running.pid, { name: "shared" });
  expect(named.ok && named.value.object).toBe("lib2.so");
});

test("a program's variable that it does not export leaves a library its own: two variables", async () => {
  using workshop = new Workshop();
  const preload = workshop.compile("libown.so", ["int own = 60;"], "-shared", "-fPIC");
  const path = workshop.compile("program", [`int own = 1; ${mainPrinting("&own")}`]);
  await using running = await Running.start(path, { LD_PRELOAD: preload });
  expect(await found(running, "own", { object: "program", name: "own" })).toEqual([
    "ambiguous",
    running.addresses[0],
  ]);
  const named = resolveName(running.pid, { object: "libown", name: "own" });
  expect(named.ok && named.value.object).toBe("libown.so");
});

const TWO_STATICS = [
  "static int twin = 1; int *twinOfA(void) { return &twin; }",
  "static int twin = 2; int *twinOfB(void) { return &twin; }",
  `int *twinOfA(void), *twinOfB(void); ${mainPrinting("twinOfA()", "twinOfB()")}`,
];

test("two static variables of one name are ambiguous, and both are shown", async () => {
  using workshop = new Workshop();
  await using running = await Running.start(workshop.compile("program", TWO_STATICS));
  const named = resolveName(running.pid, { name: "twin" });
  expect(
    !named.ok &&
      named.error.kind === "ambiguous" &&
      named.error.candidates.map((it) => it.address).toSorted(),
  ).toEqual(running.addresses.toSorted());
});

test("a global variable wins over a static one of the same name in its program", async () => {
  using workshop = new Workshop();
  const texts = [
    "static int twin = 1; int *other(void) { return &twin; }",
    `int twin = 2; int *other(void); ${mainPrinting("&twin", "other()")}`,
  ];
  await using running = await Running.start(workshop.compile("program", texts));
  expect(await found(running, "twin")).toEqual([running.addresses[0]]);
});

test("a thread-local variable is refused with a way out", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [`__thread int each = 3; ${mainPrinting("&each")}`]);
  await using running = await Running.start(path);
  const named = resolveName(running.pid, { name: "each" });
  expect(named).toMatchObject({ ok: false, error: { kind: "tls", object: "program" } });
  expect(!named.ok && named.error.kind === "tls" && named.error.hint).toContain("&each");
});

test("an absolute symbol is where it says, wherever the program is loaded", async () => {
  using workshop = new Workshop();
  const flags = ["-pie", "-fPIE", "-Wl,--defsym,answer=0x123450"];
  const path = workshop.compile("program", [mainPrinting("0")], ...flags);
  await using running = await Running.start(path);
  expect(await found(running, "answer")).toEqual([0x123450n]);
});

test("a slip of the pen is answered with the nearest names", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [STATICS, DECLARED + PRINT_STATICS]);
  await using running = await Running.start(path);
  const named = resolveName(running.pid, { object: "program", name: "globl" });
  expect(!named.ok && named.error.kind === "unknown" && named.error.nearest[0]).toBe("global");
  const object = resolveName(running.pid, { object: "progam", name: "global" });
  expect(object).toEqual({
    ok: false,
    error: { kind: "no-object", object: "progam", nearest: ["program"] },
  });
});

test("a stripped program still has what it exports, and says that it is stripped", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [STATICS, DECLARED + PRINT_STATICS], "-rdynamic", "-s");
  await using running = await Running.start(path);
  expect(await found(running, "global", "mine")).toEqual([running.addresses[1], "no-symbols"]);
});

test("a program that was removed, or replaced by another, still has its own names", async () => {
  using workshop = new Workshop();
  const path = workshop.compile("program", [STATICS, DECLARED + PRINT_STATICS]);
  await using running = await Running.start(path);
  rmSync(path);
  expect(await found(running, "mine", "global")).toEqual(running.addresses.slice(0, 2));
  const other = workshop.compile("other", [
    `int shift[50] = {1};${STATICS}`,
    DECLARED + PRINT_STATICS,
  ]);
  renameSync(other, path);
  expect(await found(running, "mine", "global")).toEqual(running.addresses.slice(0, 2));
});

test("old versions of a function are found only by their version", async () => {
  using workshop = new Workshop();
  const versions = workshop.write("versions", "V1 { global: f; }; V2 { global: f; } V1;");
  const library = `
    __asm__(".symver f1, f@V1"); __asm__(".symver f2, f@@V2");
    int f1(void) { return 1; } int f2(void) { return 2; }
    void *address(int i) { return i == 1 ? (void *)f1 : (void *)f2; }`;
  const script = `-Wl,--version-script=${versions}`;
  const path = workshop.compile("libf.so", [library], "-shared", "-fPIC", script);
  const main = `void *address(int); ${mainPrinting("address(1)", "address(2)")}`;
  const program = workshop.compile("program", [main], path, "-Wl,-rpath,$ORIGIN");
  await using running = await Running.start(program);
  const [old, current] = running.addresses;
  expect(await found(running, "f", "f@V1", "f@@V2", "f@V3")).toEqual([
    current,
    old,
    current,
    "unknown",
  ]);
});

test("the vdso is an object like others", async () => {
  using workshop = new Workshop();
  const main = `#include <sys/auxv.h>\n${mainPrinting("getauxval(33)")}`;
  await using running = await Running.start(workshop.compile("program", [main]));
  const names = ["__vdso_clock_gettime", "__kernel_clock_gettime"];
  const places = names.map((name) => resolveName(running.pid, { object: "vdso", name }));
  const place = places.find((it) => it.ok);
  const start = running.addresses[0] ?? 0n;
  expect(place?.ok && place.value.address - start).toBeGreaterThan(0n);
  expect(place?.ok && place.value.address - start).toBeLessThan(0x4000n);
});

test("a process that is not there is said to be so", () => {
  expect(resolveName(asPid(2 ** 30), { name: "x" })).toMatchObject({
    ok: false,
    error: { kind: "no-process", pid: 2 ** 30 },
  });
});
