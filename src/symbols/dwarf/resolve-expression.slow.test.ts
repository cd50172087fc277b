import { afterAll, describe, expect, test } from "vitest";
import type { Pid } from "../../base/index.ts";
import { formatValue } from "../../values/index.ts";
import { Running, Workshop } from "../test-programs.ts";
import { askGdb, gdbValues } from "./gdb-oracle.ts";
import { libdw } from "./libdw.ts";
import { readProcessMemory } from "./process-memory.ts";
import { resolveExpression } from "./resolve-expression.ts";
import { succeeds } from "./test-tools.ts";

const C = `
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
enum mode { OFF, SLOW = 2, FAST = -3 };
enum flags { READ = 1, WRITE = 2, EXEC = 4 };
typedef struct conn conn_t;
typedef volatile const uint16_t port_t;
struct conn {
  int state; uint8_t small; port_t port; enum mode mode; enum flags flags;
  unsigned low : 3, high : 7; int below : 5; uint64_t far : 40; bool yes : 1;
  union { long whole; struct { short first; char second; }; float real; };
  struct { int x, y; } point;
  char name[16]; conn_t *next; int (*call)(int, char *); const char *text;
  double wide; long double wider; bool flag; char letter; unsigned char byte; int grid[2][3];
  void *anything;
};
struct packet { int length; short body[]; } packet = { .length = 3, .body = { 1, 2, 3 } };
static int twice(int x, char *p) { (void)p; return 2 * x; }
static conn_t first = { .state = -7, .small = 200, .port = 8080, .mode = FAST, .flags = READ | EXEC,
  .low = 5, .high = 100, .below = -3, .far = 0xabcdef0123, .yes = 1, .whole = 0x1122334455667788,
  .point = { 1, -2 }, .name = "eth0", .call = twice, .text = 0, .wide = 0.5, .wider = 1.25L,
  .flag = true, .letter = 'x', .byte = 7, .grid = { { 1, 2, 3 }, { 4, 5, 6 } } };
struct conn table[4] = { { .state = 11 }, { .state = 22, .next = &first }, { .state = 33 } };
conn_t *cfg = &table[1]; conn_t **handle = &cfg;
int counter = 42; const volatile unsigned long limits[3] = { 1, 2, 3 }; char *argvs[2];
static float ratio = 0.1f; signed char tiny = -1; long long big = -9000000000;
conn_t *wild = (conn_t *)0x10; struct only_declared; struct only_declared *secret = (void *)&counter;
int work(void) { static int calls = 3; { static long calls2 = 4; return (int)(++calls + calls2++); } }
int main(void) { work(); printf("0x1\\n"); fflush(stdout);
  for (;;) { pause(); ratio += first.state + table[0].state + tiny + big + (long)argvs[0]; } }
`;

const C_EXPRESSIONS = [
  "counter",
  "first",
  "first.state",
  "first.small",
  "first.port",
  "first.mode",
  "first.flags",
  "first.whole",
  "first.first",
  "first.second",
  "first.real",
  "first.point",
  "first.point.y",
  "first.name",
  "first.name[3]",
  "first.next",
  "first.call",
  "first.text",
  "first.wide",
  "first.wider",
  "first.flag",
  "first.letter",
  "first.byte",
  "first.grid",
  "first.grid[1]",
  "first.grid[1][2]",
  "table",
  "table[3].state",
  "table[1].next->state",
  "cfg",
  "cfg->state",
  "cfg->next->grid[0][1]",
  "*cfg",
  "cfg[1].state",
  "**handle",
  "(*handle)->state",
  "(*cfg).point.x",
  "*table",
  "limits",
  "limits[2]",
  "argvs",
  "argvs[1]",
  "ratio",
  "tiny",
  "big",
  "secret",
  "cfg->anything",
  "*cfg->next",
  "packet.length",
  "packet.body[2]",
];

const CC = `
#include <cstdint>
#include <cstdio>
#include <unistd.h>
namespace shop {
template <typename T, int N> struct Box { T value[N]; T first() { return value[0]; } static T total; };
template <typename T, int N> T Box<T, N>::total = 1;
enum class Color : unsigned char { red = 1, green };
struct Base { int id; virtual ~Base() {} };
struct Part { short part; };
struct Till : Base, private Part {
  Box<int, 2> ints; Box<double, 3> doubles; Color color; int &alias; static int count;
  inline static long opened = 3; const char *name; Till *self; std::uint64_t wide;
  Till() : ints{{1, 2}}, doubles{{.5, 1, 2}}, color(Color::green), alias(count), name("x"), self(this), wide(~0ull) {}
  int ring(int by) { static int rings; return rings += by; }
};
int Till::count = 7;
namespace { int hidden = 4; }
namespace deep { inline namespace v1 { int level = 9; } }
Till till; Till *cfg = &till; Till &same = till;
}
static int plain = 5;
int main() { shop::till.ring(2); shop::hidden += shop::deep::level; shop::Box<int, 2>::total++;
  shop::Box<double, 3>::total++; shop::Till::opened++; plain++; std::puts("0x1"); std::fflush(stdout); for (;;) pause(); }
`;

const CC_EXPRESSIONS = [
  "shop::till",
  "shop::till.ints",
  "shop::till.ints.value[1]",
  "shop::till.doubles.value[2]",
  "shop::till.color",
  "shop::till.id",
  "shop::till.part",
  "shop::till.name",
  "shop::till.self",
  "shop::till.self->wide",
  "shop::cfg->ints.value",
  "shop::Till::count",
  "shop::till.count",
  "shop::Till::opened",
  "shop::hidden",
  "shop::deep::level",
  "plain",
];

const canAsk = libdw() !== undefined && succeeds("gdb", "--version");

describe.runIf(canAsk)(
  "each expression has the address, size, type and value that gdb says",
  () => {
    test.each([
      ["-O0"],
      ["-O2"],
      ["-O2", "-gdwarf-4"],
      ["-Og", "-gsplit-dwarf"],
      ["-O3", "-gz", "-no-pie"],
    ])("of C compiled with %s %s %s", async (...flags) => {
      await compare({ compiler: "gcc", name: "conn.c", text: C, flags }, C_EXPRESSIONS);
    });

    test.each([
      ["-O0"],
      ["-O2"],
      ["-O1", "-gdwarf-4", "-fdebug-types-section"],
      ["-O2", "-gsplit-dwarf"],
    ])("of C++ compiled with %s %s %s", async (...flags) => {
      await compare({ compiler: "g++", name: "till.cc", text: CC, flags }, CC_EXPRESSIONS);
    });
  },
);

const shared = new AsyncDisposableStack();
let sharedStart: Promise<Running> | undefined;
afterAll(() => shared.disposeAsync());

/** One process for the tests that only ask. */
function stopped(): Promise<Running> {
  const workshop = shared.use(new Workshop());
  const source = { compiler: "gcc", name: "conn.c", text: C, flags: ["-O0"] };
  sharedStart ??= start(workshop, source).then((it) => shared.use(it));
  return sharedStart;
}

interface Source {
  readonly compiler: string;
  readonly name: string;
  readonly text: string;
  readonly flags: readonly string[];
}

async function start(workshop: Workshop, { compiler, name, text, flags }: Source) {
  const path = workshop.path("program");
  workshop.run(compiler, "-g", ...flags, workshop.write(name, text), "-o", path);
  return await Running.start(path);
}

async function compare(source: Source, expressions: readonly string[]) {
  using workshop = new Workshop();
  await using running = await start(workshop, source);
  const language = source.compiler === "gcc" ? "c" : "c++";
  const theirs = askGdb(running.pid, expressions.map(gdbSpelling), language);
  for (const it of expressions) {
    const { address, size, type = "", value = "" } = theirs.get(gdbSpelling(it)) ?? {};
    const { kind, ...ours } = placeOf(running.pid, it);
    const known = { address, size, type: plain(type), value: plainValue(value, kind) };
    expect.soft({ it, ...ours }).toEqual({ it, ...known });
  }
}

/** Where gdb stands, in a C library's function, it wants names of C++ in full. */
function gdbSpelling(expression: string): string {
  return expression
    .replace("shop::hidden", "'shop::(anonymous namespace)::hidden'")
    .replace("deep::level", "deep::v1::level");
}

function placeOf(pid: Pid, text: string) {
  const found = resolveExpression(pid, { text });
  if (!found.ok) return { problem: found.error, kind: undefined };
  const { address, length, type } = found.value;
  const bytes = readProcessMemory({ pid, proc: "/proc" }, address, length) ?? new Uint8Array();
  const value = type === undefined ? "" : formatValue(type, bytes, { limit: 4096 });
  return {
    address,
    size: length,
    type: plain(type?.name ?? ""),
    value: plainValue(value, type?.kind),
    kind: type?.kind,
  };
}

/** GCC calls it `long int`, gdb `long`. */
function plain(type: string): string {
  return type
    .replaceAll(
      /\b(long|short)( unsigned)? int\b/g,
      (_, size, sign) => `${sign ? "unsigned " : ""}${size}`,
    )
    .replace(/^(volatile) (const) /, "$2 $1 ");
}

/** Of what both print in the same form: scalars. */
function plainValue(value: string, kind: string | undefined): string {
  switch (kind) {
    case "pointer":
      return /0x[0-9a-f]+/.exec(value)?.[0] ?? value;
    case "float":
      return `${Math.fround(Number(value))}`; // gdb prints nine digits of a float
    case "enum":
      return value.replaceAll(/\w+::|[()]/g, "");
    case "int":
    case "bool":
    case "char":
    case "bits":
      return value;
    default:
      return "";
  }
}

test.runIf(canAsk)(
  "a bit field has the value that gdb says, in the bytes that hold it",
  async () => {
    using workshop = new Workshop();
    for (const flags of [["-O0"], ["-gdwarf-3", "-gstrict-dwarf"]]) {
      await using running = await start(workshop, {
        compiler: "gcc",
        name: "conn.c",
        text: C,
        flags,
      });
      const names = ["low", "high", "below", "far", "yes"].map((it) => `first.${it}`);
      const theirs = gdbValues(running.pid, names);
      expect(names.map((it) => placeOf(running.pid, it).value)).toEqual(theirs);
      const low = resolveExpression(running.pid, { text: "first.high" });
      expect(low).toMatchObject({
        ok: true,
        value: { length: 2, type: { kind: "bits", bitSize: 7 } },
      });
    }
  },
);

test.runIf(libdw() !== undefined)(
  "a function's static variable is found by its name, with and without the function's",
  async () => {
    using workshop = new Workshop();
    await using running = await start(workshop, {
      compiler: "gcc",
      name: "conn.c",
      text: C,
      flags: ["-O0"],
    });
    for (const text of ["calls", "work::calls", "calls2", "work::calls2"]) {
      const value = text.endsWith("2") ? "5" : "4";
      expect(placeOf(running.pid, text)).toMatchObject({ kind: "int", value });
    }
  },
);

describe.runIf(libdw() !== undefined)(
  "what cannot be named is refused with the column and what is known there",
  () => {
    test.each([
      ["first.stat", 6, /^is no member of struct conn, the type of first: did you mean state\?$/],
      [
        "first.zzzzzz",
        6,
        /^is no member of struct conn, .*: it has state, small, port, .* and \d+ more$/,
      ],
      ["counter.x", 8, /^is no member: counter is an int$/],
      ["first->state", 7, /^is not reached by an arrow: first is a conn_t: use \.$/],
      ["table[4].state", 6, /^is no index: table has 4 elements, 0 to 3$/],
      ["cfg->next->next->state", 11, /^cannot be followed: cfg->next->next is a null pointer now$/],
      ["wild->state", 0, /^cannot be followed: wild is 0x10, where nothing is mapped now$/],
      ["*counter", 1, /^is no pointer: counter is a int$|^is no pointer: counter is an int$/],
      ["counter[1]", 8, /^cannot index counter: it is no array and no pointer$/],
      ["secret->x", 8, /^is no member of struct only_declared, .*: it is only declared$/],
      ["*(nosuch_t*)0x1000", 1, /^names no type: nosuch_t is not known$/],
      ["(conn_t*)0x1000", 0, /^is an address, not a variable: put a \* before it$/],
      ["p", 0, /^cannot be watched: p of twice \(conn\.c:\d+\): it is a parameter|local/],
      ["table[", 6, /^is no index: expected a number$/],
      ["table[1", 7, /^cannot stand here: expected \]$/],
      ["first.", 6, /^is no member: expected its name$/],
      ["counter)", 7, /^cannot follow here: expected ., -> or \[$/],
    ])("%s", async (text, column, problem) => {
      const found = resolveExpression((await stopped()).pid, { text });
      expect(found).toMatchObject({ ok: false, error: { kind: "expression", column } });
      expect(found.ok || found.error.kind === "name" ? "" : found.error.problem).toMatch(problem);
    });
  },
);
