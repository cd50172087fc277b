import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Pid } from "../../base/index.ts";
import { mainPrinting, Running, Workshop } from "../test-programs.ts";
import { libdw } from "./libdw.ts";
import { listVariables } from "./list-variables.ts";
import { resolveExpression } from "./resolve-expression.ts";
import { succeeds } from "./test-tools.ts";

const CONN = `struct conn { int state; long limit; } conn; struct conn *cfg = &conn;
  static int hits; int touch(void) { static int calls; return ++hits + ++calls; }
  void *hitsOfConn(void) { return &hits; }`;
const USER = `#include <stddef.h>
  struct conn { int state; long limit; }; extern struct conn conn, *cfg; static int hits = 2; int touch(void);
  void *hitsOfConn(void);`;
const MAIN = mainPrinting("&conn", "&conn.limit", "&hits", "hitsOfConn()");

function found(pid: Pid, text: string, object?: string) {
  const place = resolveExpression(pid, object === undefined ? { text } : { text, object });
  if (!place.ok)
    return place.error.kind === "name" ? place.error.failure.kind : place.error.problem;
  return place.value.address;
}

describe.runIf(libdw() !== undefined)("variables of a running program", () => {
  test.each([
    ["position independent", ["-pie", "-fPIE"]],
    ["at fixed addresses", ["-no-pie"]],
    ["with its debug info compressed", ["-gz"]],
    ["with its debug info split off", ["-gsplit-dwarf"]],
    ["static", ["-static"]],
  ])("%s: statics of one name are told apart by their files", async (_, flags) => {
    using workshop = new Workshop();
    const path = workshop.compile("program", [CONN, USER + MAIN], "-g", ...flags);
    await using running = await Running.start(path);
    const [conn, limit, own, other] = running.addresses;
    const { pid } = running;
    expect(found(pid, "conn")).toBe(conn);
    expect(found(pid, "cfg->limit")).toBe(limit);
    expect(found(pid, "hits", "program-1.c")).toBe(own);
    expect(found(pid, "hits", "program-0.c")).toBe(other);
    expect(found(pid, "hits")).toMatch(/^means 2 variables: .*program-0\.c:\d.*program-1\.c:\d/);
    expect(found(pid, "hits", "program-2.c")).toBe("no-object");
  });

  test("a library's struct is known to the program that only uses it", async () => {
    using workshop = new Workshop();
    workshop.compile("libconn.so", [CONN], "-g", "-shared", "-fPIC");
    const flags = ["-g", "-L", workshop.folder, "-lconn", `-Wl,-rpath,${workshop.folder}`];
    const path = workshop.compile("program", [USER + MAIN], ...flags);
    await using running = await Running.start(path);
    const [conn, limit, own, other] = running.addresses;
    expect(found(running.pid, "conn")).toBe(conn);
    expect(found(running.pid, "conn.limit", "libconn.so")).toBe(limit);
    expect(found(running.pid, "hits", "program")).toBe(own);
    expect(found(running.pid, "hits", "libconn.so")).toBe(other);
    expect(found(running.pid, "hits")).toMatch(/^means 2 variables: /);
  });

  test("without debug info a symbol has its size and no type, and a member is refused", async () => {
    using workshop = new Workshop();
    await using running = await Running.start(workshop.compile("program", [CONN, USER + MAIN]));
    const place = resolveExpression(running.pid, { text: "conn" });
    const untyped = "no debug info in program: ELF symbols";
    expect(place).toMatchObject({ ok: true, value: { length: 16, type: undefined, untyped } });
    expect(found(running.pid, "conn.limit")).toMatch(
      /^cannot be looked up: the type of conn is not known/,
    );
  });

  test("a stripped program has no variables, and that is said", async () => {
    using workshop = new Workshop();
    const path = workshop.compile("program", [CONN, USER + MAIN], "-g", "-s");
    await using running = await Running.start(path);
    expect(found(running.pid, "conn")).toBe("no-symbols");
  });

  test("a program that was replaced on disk is read as it was when it started, or not at all", async () => {
    using workshop = new Workshop();
    const path = workshop.compile("program", [CONN, USER + MAIN], "-g");
    const padded = CONN.replace("int state;", "int state; long pad[9];");
    const other = workshop.compile(
      "other",
      [padded, USER.replace("int state;", "int state; long pad[9];") + MAIN],
      "-g",
    );
    await using running = await Running.start(path);
    const [, limit] = running.addresses;
    copyFileSync(other, `${path}.new`);
    renameSync(`${path}.new`, path);
    expect([limit, "unknown", "no-symbols"]).toContain(found(running.pid, "conn.limit"));
    rmSync(path);
    expect([limit, "unknown", "no-symbols"]).toContain(found(running.pid, "conn.limit"));
  });

  test("what can be named is listed with type, size, address and source", async () => {
    using workshop = new Workshop();
    const path = workshop.compile("program", [CONN, USER + MAIN], "-g");
    await using running = await Running.start(path);
    const listed = listVariables(running.pid, { object: "program", pattern: "c*" });
    const [conn] = running.addresses;
    const rows = listed.ok ? listed.value.filter((it) => it.source !== undefined) : [];
    expect(rows).toMatchObject([
      { name: "cfg", type: "struct conn *", size: 8, source: "program-0.c:1" },
      { name: "conn", type: "struct conn", size: 16, address: conn, source: "program-0.c:1" },
      { name: "touch::calls", type: "int", size: 4, source: "program-0.c:2" },
    ]);
  });
});

const RUST = `
use std::sync::atomic::{AtomicU32, Ordering};
pub mod conn {
  use super::*;
  pub static STATE: AtomicU32 = AtomicU32::new(3);
  pub struct Conn { pub id: u32, pub pair: (u16, i8) }
  pub static mut TABLE: [Conn; 2] = [Conn { id: 1, pair: (2, 3) }, Conn { id: 4, pair: (5, 6) }];
  impl Conn { #[inline(never)] pub fn go<T: Into<u32>>(&self, by: T) -> u32 {
    static CALLS: AtomicU32 = AtomicU32::new(0); CALLS.fetch_add(by.into(), Ordering::SeqCst) + self.id } }
}
fn main() { unsafe {
  let table = &mut *std::ptr::addr_of_mut!(conn::TABLE);
  table[1].id += table[0].go(3u8) + conn::STATE.load(Ordering::SeqCst);
  println!("{:p} {:p} {:p} {:p}", &conn::STATE, table, &table[1].id, &table[1].pair.1);
} loop { std::thread::park(); } }
`;

test
  .runIf(libdw() !== undefined && succeeds("rustc", "--version"))
  .each(["-Copt-level=0", "-Copt-level=2"])(
  "names, fields and tuples of Rust compiled with %s are where the program says",
  async (level) => {
    using workshop = new Workshop();
    const path = workshop.path("krate");
    workshop.run("rustc", "-g", level, workshop.write("krate.rs", RUST), "-o", path);
    await using running = await Running.start(path);
    const texts = ["krate::conn::STATE", "conn::TABLE", "conn::TABLE[1].id", "TABLE[1].pair.1"];
    expect(texts.map((it) => found(running.pid, it))).toEqual(running.addresses);
    expect(found(running.pid, "go::CALLS")).toEqual(expect.any(BigInt));
    const pair = resolveExpression(running.pid, { text: "TABLE[1].pair.1" });
    expect(pair).toMatchObject({
      ok: true,
      value: { length: 1, type: { kind: "int", name: "i8" } },
    });
  },
  30_000,
);

test.runIf(libdw() !== undefined)(
  "split debug info that is not to be had, or in a package, is missed aloud",
  async () => {
    using workshop = new Workshop();
    const source = workshop.write(
      "split.c",
      `static int hidden; struct conn { int state; } conn;
      int touch(void) { conn.state++; return ++hidden; } ${mainPrinting("&hidden", "&conn")}`,
    );
    workshop.run("gcc", "-g", "-gsplit-dwarf", "-c", source, "-o", "split.o");
    workshop.run("gcc", "split.o", "-o", "split");
    await using running = await Running.start(workshop.path("split"));
    const { pid } = running;
    const untyped = (text: string) => {
      const place = resolveExpression(pid, { text });
      return place.ok ? place.value.untyped : JSON.stringify(place.error);
    };
    renameSync(workshop.path("split.dwo"), workshop.path("elsewhere"));
    const missing = "the debug info of split is split off, and not found: split.dwo";
    expect(untyped("hidden")).toBe(`${missing}: ELF symbols`);
    expect(untyped("conn.state")).toContain(`the type of conn is not known: ${missing}`);
    const named = resolveExpression(pid, { text: "hidden", object: "split.c" });
    expect(named).toMatchObject({ ok: false, error: { failure: { why: missing } } });
    writeFileSync(workshop.path("split.dwp"), "");
    expect(untyped("hidden")).toMatch(/split\.dwp, which libdw reads from 0\.191 on \(this is \d/);
  },
);

test.runIf(libdw() !== undefined)(
  "a name that a source file has not is told with its near ones",
  async () => {
    using workshop = new Workshop();
    const path = workshop.compile("program", [CONN, USER + MAIN], "-g");
    await using running = await Running.start(path);
    const found = resolveExpression(running.pid, { text: "hist", object: "program-0.c" });
    expect(found).toMatchObject({
      ok: false,
      error: { failure: { kind: "not-in-file", file: "program-0.c", nearest: ["hits"] } },
    });
  },
);
