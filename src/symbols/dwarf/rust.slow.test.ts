import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Pid } from "../../base/index.ts";
import { formatValue } from "../../values/index.ts";
import { functionCode } from "../function-code.ts";
import { Running, Workshop } from "../test-programs.ts";
import { gdbValues } from "./gdb-oracle.ts";
import { libdw } from "./libdw.ts";
import { readProcessMemory } from "./process-memory.ts";
import { resolveExpression } from "./resolve-expression.ts";
import { succeeds } from "./test-tools.ts";

const TEXT = `
use std::io::Write;
#[derive(Clone, Copy)] #[repr(u8)] pub enum Color { Red = 1, Green, Blue }
pub enum Shape { Nothing, Circle(u32), Rect { w: u16, h: i16 }, Both(u8, i64) }
pub enum Only { One(u32) }
pub struct Conn {
    state: i32, shape: Shape, other: Shape, third: Shape, both: Shape, next: Option<Box<i32>>,
    none: Option<Box<i32>>, count: Option<u32>, nothing: Option<u32>, color: Color, pair: (u8, i64),
    flag: bool, letter: char, only: Only,
}
pub mod inner {
    pub struct Gauge<T> { pub v: T }
    pub static mut LEVEL: u64 = 7;
    pub static mut GAUGE: Gauge<f32> = Gauge { v: 1.5 };
    #[inline(never)] pub fn raise(by: u64) { unsafe { LEVEL += by; } }
}
static mut CONN: Conn = Conn {
    state: -4, shape: Shape::Circle(9), other: Shape::Rect { w: 2, h: -3 }, third: Shape::Nothing,
    both: Shape::Both(1, -2), next: None, none: None, count: Some(12), nothing: None, color: Color::Green,
    pair: (3, -5), flag: true, letter: 'x', only: Only::One(4),
};
fn main() {
    unsafe { CONN.next = Some(Box::new(77)); CONN.state -= 1; CONN.flag = CONN.state < 0; }
    inner::raise(std::process::id() as u64);
    unsafe { inner::GAUGE.v += 1.0; }
    println!("0x1");
    std::io::stdout().flush().unwrap();
    loop { std::thread::park(); unsafe {
        CONN.count = None; CONN.shape = Shape::Nothing; CONN.other = Shape::Circle(1); CONN.color = Color::Red;
        CONN.third = Shape::Circle(0); CONN.both = Shape::Nothing; CONN.none = None; CONN.nothing = Some(1);
        CONN.letter = 'y'; CONN.pair.0 += 1; CONN.only = Only::One(5);
        if let Shape::Rect { w, h } = &CONN.other { println!("{} {}", w, h); }
        if let Shape::Both(a, b) = &CONN.both { println!("{} {}", a, b); }
        println!("{} {}", CONN.letter, CONN.color as u8 + Color::Blue as u8);
    } }
}
`;

const SCALARS = [
  "CONN.state",
  "CONN.shape.Circle.0",
  "CONN.other.Rect.w",
  "CONN.other.Rect.h",
  "CONN.both.Both.1",
  "CONN.count.Some.0",
  "CONN.pair.0",
  "CONN.pair.1",
  "CONN.flag",
  "CONN.only.One.0",
  "inner::LEVEL",
  "inner::GAUGE.v",
];
const VARIANTS = [
  "CONN.shape",
  "CONN.other",
  "CONN.third",
  "CONN.both",
  "CONN.count",
  "CONN.nothing",
  "CONN.none",
  "CONN.color",
];

const haveRust = succeeds("rustc", "--version");
if (!haveRust) console.warn("no rustc: variables of Rust are not tested");

describe.runIf(haveRust && libdw() !== undefined && succeeds("gdb", "--version"))(
  "variables of Rust have the values that gdb says",
  () => {
    test.each([[["-C", "opt-level=0"]], [["-O"]], [["-C", "symbol-mangling-version=v0"]]])(
      "compiled with %j",
      async (flags) => {
        using workshop = new Workshop();
        const source = workshop.write("shop.rs", TEXT);
        // The name of a crate is that of its file.
        execFileSync("rustc", ["-g", "-A", "warnings", ...flags, source, "-o", "shop"], {
          cwd: workshop.folder,
        });
        await using running = await Running.start(workshop.path("shop"));
        const { pid } = running;
        const known = gdbValues(pid, [...SCALARS, ...VARIANTS].map(gdbSpelling), "rust");
        const all = [...SCALARS, ...VARIANTS].map((it) => printed(pid, it));
        expect(all).toEqual(known.map(ourSpelling));
        expect(printed(pid, "CONN.next")).toMatch(/^Some\(0x[0-9a-f]+\)$/);
        expect(printed(pid, "*CONN.next.Some.0")).toBe("77");
        const raise = functionCode(pid, { name: "inner::raise" });
        expect(raise.ok ? raise.value.extents.length : raise.error).toBeGreaterThan(0);
      },
    );
  },
);

function printed(pid: Pid, text: string): string {
  const found = resolveExpression(pid, { text });
  if (!found.ok) return JSON.stringify(found.error);
  const { type, address, length } = found.value;
  const bytes = readProcessMemory({ pid, proc: "/proc" }, address, length);
  return type === undefined || bytes === undefined ? "?" : formatValue(type, bytes);
}

/** By whole names; gdb speaks Rust where it is told to, and there a variant's fields are its own. */
function gdbSpelling(expression: string): string {
  const full = expression.replace("CONN", "shop::CONN").replace("inner", "shop::inner");
  return full.replace(/\.(Circle|Rect|Both|Some|One)\./, ".");
}

/** `shop::Shape::Rect{w: 2, h: -3}`, `core::option::Option<u32>::Some(12)`. */
function ourSpelling(value: string): string {
  return value
    .replace(/^(\w+::)+(\w+<.*>::)?/, "")
    .replace(/(\w)\{/, "$1 {")
    .replaceAll(/(\w+): /g, "$1 = ");
}
