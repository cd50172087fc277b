import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCESS_KINDS, type Action, type Observation, type Outcome } from "./action.ts";
import type { Expr, Item, Position, Ref, Scenario, Written } from "./ast.ts";
import { ERRNO_NAMES } from "./errno-names.ts";
import { load, parse, print } from "./index.ts";
import {
  ARCH_NAMES,
  DESIGN_NAMES,
  EVENT_FLAGS,
  MODIFY_FLAGS,
  POLL_NAMES,
  PROPERTY_NAMES,
  RAW_FIELDS,
  SIGNAL_NAMES,
  USER_NAMES,
} from "./vocabulary.ts";

const at: Position = { line: 1, column: 1 };
const { constant, constantFrom, oneof, record, array, boolean, subarray } = fc;
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const number: fc.Arbitrary<Expr> = record({
  kind: constant("number"),
  value: oneof(fc.nat(), fc.nat(9), constantFrom(2 ** 63, Number.MAX_SAFE_INTEGER)),
  hex: boolean(),
  at: constant(at),
});
const variable: fc.Arbitrary<Expr> = constantFrom("i", "j", "slots", "inst-slots").map((name) => ({
  kind: "name",
  name,
  at,
}));
const expr: fc.Arbitrary<Expr> = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: oneof(
    { maxDepth: 3, withCrossShrink: true },
    number,
    variable,
    record({
      kind: constant("binary"),
      operator: constantFrom("+", "-", "*", "/", "<<"),
      left: tie("expr"),
      right: tie("expr"),
      at: constant(at),
    }),
  ),
})).expr;

const word = fc.stringMatching(/^[A-Za-z_]\w{0,5}(-[a-z]\w{0,3})?$/).filter((it) => it !== "none");
const ref: fc.Arbitrary<Ref> = record({ name: word, index: maybe(expr), at: constant(at) });
const place = record({ name: ref, offset: maybe(expr) });
const range = record({ low: expr, high: expr });
const type = oneof(constantFrom("read" as const, "write", "rw", "execute"), expr);
const signal = constantFrom(...SIGNAL_NAMES);
const raw = subarray([...RAW_FIELDS]).chain((fields) =>
  fc.tuple(...fields.map((field) => record({ field: constant(field), value: expr }))),
);
const value = oneof(
  record({ kind: constant("number" as const), value: expr }),
  record({ kind: constant("address" as const), place }),
);

const eventAction: fc.Arbitrary<Action<Written>> = oneof(
  record({
    kind: constant("open"),
    event: ref,
    spec: record({
      type,
      place,
      len: maybe(expr),
      target: oneof(
        record({ kind: constantFrom("self", "none") }),
        record({ kind: constant("task"), task: ref }),
      ),
      cpu: maybe(expr),
      group: maybe(ref),
      period: maybe(expr),
      freq: maybe(expr),
      sigData: maybe(expr),
      flags: subarray([...EVENT_FLAGS]),
      raw,
    }),
  }),
  record({ kind: constant("open-wide"), event: ref, type, place, len: maybe(expr) }),
  record({
    kind: constant("modify"),
    event: ref,
    changes: record({
      type: maybe(type),
      place: maybe(place),
      len: maybe(expr),
      period: maybe(expr),
      sigData: maybe(expr),
      flags: subarray([...MODIFY_FLAGS]),
      raw,
    }),
  }),
  record({ kind: constantFrom("enable", "disable", "reset"), event: ref, group: boolean() }),
  record({ kind: constantFrom("refresh", "period"), event: ref, value: expr }),
  record({ kind: constantFrom("close", "read", "poll", "mmap", "attach-bpf"), event: ref }),
  record({ kind: constant("async"), event: ref, signal }),
);

const access = oneof(
  record({ kind: constantFrom(...ACCESS_KINDS), place, size: maybe(expr), value: maybe(expr) }),
  record({ kind: constant("execute"), func: ref }),
);

const taskAction: fc.Arbitrary<Action<Written>> = oneof(
  record({
    kind: constant("fork"),
    task: ref,
    noFds: boolean(),
    clearHandlers: boolean(),
    takenPid: boolean(),
  }),
  record({ kind: constantFrom("thread", "wait", "switch-to"), task: ref }),
  record({ kind: constant("exec"), undumpable: boolean() }),
  record({ kind: constantFrom("exit", "unpin") }),
  record({ kind: constantFrom("pin", "migrate", "offline", "online"), cpu: expr }),
  record({ kind: constant("as"), user: constantFrom(...USER_NAMES) }),
  record({ kind: constant("handle"), signal, func: maybe(ref) }),
  record({ kind: constantFrom("ignore", "default", "block", "unblock"), signal }),
  record({ kind: constant("kill"), task: ref, signal }),
  record({ kind: constant("signals"), signal: maybe(signal) }),
);

const traceAction: fc.Arbitrary<Action<Written>> = oneof(
  record({ kind: constantFrom("attach", "detach", "step", "skip", "wait-stop"), task: ref }),
  record({ kind: constant("cont"), task: ref, signal: maybe(signal) }),
  record({ kind: constant("peek"), task: ref, place }),
  record({ kind: constant("poke"), task: ref, place, value: expr }),
  record({ kind: constant("peek-dr"), task: ref, index: expr }),
  record({ kind: constant("poke-dr"), task: ref, index: expr, value }),
  record({
    kind: constant("set-debugreg"),
    task: ref,
    watch: maybe(record({ type, place })),
    index: maybe(expr),
    noTranslate: boolean(),
  }),
  record({ kind: constant("set-hw-debug"), task: ref, handle: ref, type, place, len: maybe(expr) }),
  record({ kind: constant("del-hw-debug"), task: ref, handle: ref }),
  record({
    kind: constant("set-regset"),
    task: ref,
    index: expr,
    watch: maybe(record({ type, place, len: maybe(expr) })),
  }),
);

const outcome: fc.Arbitrary<Outcome<Written>> = oneof(
  record({ kind: constantFrom("ok", "any", "eof", "exited") }),
  record({ kind: constant("errno"), errno: constantFrom(...ERRNO_NAMES) }),
  record({ kind: constant("value"), range }),
  record({ kind: constant("bits"), mask: expr }),
  record({ kind: constant("address"), place }),
  record({ kind: constant("poll"), event: constantFrom(...POLL_NAMES) }),
  record({ kind: constantFrom("signal", "killed"), signal }),
);

const observation: fc.Arbitrary<Observation<Written>> = oneof(
  record({ kind: constantFrom("count", "samples"), event: ref }),
  record({ kind: constantFrom("slots", "inst-slots"), cpu: expr }),
  record({ kind: constant("signals"), task: ref, signal: maybe(signal) }),
  record({ kind: constantFrom("si-code", "si-data"), task: ref, signal }),
  record({ kind: constant("value"), place }),
);
const fate = oneof(
  record({ kind: constantFrom("alive", "exited") }),
  record({ kind: constant("killed"), signal }),
);
const text = fc.string({ unit: "grapheme" }).map((it) => it.replaceAll(/\s+/g, " ").trim());
const line = { at: constant(at), comment: maybe(text) };
const claim = constantFrom("expect" as const, "reach");

const statement: fc.Arbitrary<Item> = oneof(
  record({ kind: constant("comment"), at: constant(at), comment: text }),
  record({
    kind: constant("step"),
    actor: ref,
    action: oneof(eventAction, access, taskAction, traceAction),
    times: maybe(expr),
    expected: array(outcome, { maxLength: 3 }),
    ...line,
  }),
  record({ kind: constant("barrier"), ...line }),
  record({
    kind: claim,
    observation,
    values: array(range, { minLength: 1, maxLength: 3 }),
    ...line,
  }),
  record({
    kind: claim,
    observation: oneof(
      record({ kind: constant("task"), task: ref, fate }),
      record({ kind: constant("si-addr"), task: ref, signal, place }),
    ),
    values: constant([]),
    ...line,
  }),
);

/** Blank lines stand between items, one at a time. */
function spaced(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  const blank: Item = { kind: "blank", at, comment: undefined };
  return array(fc.tuple(item, boolean()), { maxLength: 4 }).map((items) =>
    items.flatMap(([it, space], index) => (space && index + 1 < items.length ? [it, blank] : [it])),
  );
}

const statements: fc.Arbitrary<Item> = fc.letrec<{ item: Item }>((tie) => ({
  item: oneof(
    { maxDepth: 2 },
    { arbitrary: statement, weight: 4 },
    record({
      kind: constant("repeat"),
      count: expr,
      body: spaced(tie("item")),
      endComment: maybe(text),
      ...line,
    }),
    record({
      kind: constant("for"),
      name: word,
      values: array(range, { minLength: 1, maxLength: 3 }),
      body: spaced(tie("item")),
      endComment: maybe(text),
      ...line,
    }),
  ),
})).item;

const declared = record({ name: word, count: maybe(expr), at: constant(at) });
const topLevel: fc.Arbitrary<Item> = oneof(
  record({
    kind: constant("arch"),
    arch: constantFrom(...ARCH_NAMES),
    design: maybe(constantFrom(...DESIGN_NAMES)),
    slots: maybe(expr),
    instSlots: maybe(expr),
    ...line,
  }),
  record({ kind: constant("cpus"), count: expr, ...line }),
  record({ kind: constant("paranoid"), level: expr, ...line }),
  record({ kind: constant("without-fix"), fix: word, ...line }),
  record({
    kind: constant("var"),
    declared,
    size: expr,
    align: maybe(expr),
    kernel: boolean(),
    ...line,
  }),
  record({
    kind: constant("func"),
    declared,
    kernel: boolean(),
    body: array(access, { maxLength: 3 }),
    ...line,
  }),
  record({
    kind: constant("task"),
    declared,
    cpu: maybe(expr),
    user: maybe(constantFrom(...USER_NAMES)),
    ...line,
  }),
  record({
    kind: constant("never"),
    properties: array(constantFrom(...PROPERTY_NAMES), { minLength: 1, maxLength: 3 }),
    ...line,
  }),
  statements,
);
const scenario: fc.Arbitrary<Scenario> = record({ items: spaced(topLevel) });

/** A tree without its positions, which printing may move. */
function placeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(placeless);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "at");
  return Object.fromEntries(entries.map(([key, inner]) => [key, placeless(inner)]));
}

test("parsing what was printed gives the same scenario", () => {
  fc.assert(
    fc.property(scenario, (original) => {
      const parsed = parse(print(original));
      expect(parsed.ok ? placeless(parsed.value) : parsed.error).toEqual(placeless(original));
    }),
    { numRuns: 1000 },
  );
});

test("a printed scenario is printed again as it stands", () => {
  fc.assert(
    fc.property(scenario, (original) => {
      const once = print(original);
      const parsed = parse(once);
      expect(parsed.ok && print(parsed.value)).toBe(once);
    }),
  );
});

const SAMPLE = `# A sample that uses most of the grammar.
arch x86
arch arm64 slots 6 inst-slots 4  # two machines
cpus 2
var x[2] 8 align 16
var k[2] 8 kernel
func f does rmw x[0], load x[1] size 4
task Q cpu1 as nobody

for i in 0..1, slots - 1 {
  P: open e[i] write x[0]+4 len 4 target Q cpu1 period 0x10 inherit raw sample_type 1 -> ok or ENOSPC
  P: execute f times 3
}
repeat 3 {
  P: signals SIGTRAP -> 0..2 or 5
}
P: fork C no-fds
barrier
C: store x[1] + (1 << 2) size 4 = 7
P: modify e[0] rw at k[0] len 8 disabled -> EINVAL
C: exit
P: wait C

expect count e[0] 1 or 3..4
expect slots cpu0 2
expect task C exited
never oops, deadlock
`;

/** Something that a slip of the hand or a bad merge could do. */
const slip = fc.tuple(
  fc.nat(SAMPLE.length),
  fc.nat(12),
  oneof(
    constantFrom("", "{", "}", "[", "(", "->", "..", "<<", "99999999999", "0x", "times 1000000 "),
    constantFrom("\n", "repeat 1000000000 {\n", "for i in 0..99999999 {\n", "P: fork C\n"),
    fc.string({ unit: "binary", maxLength: 4 }),
  ),
);

test("any mutated text is a scenario or a list of errors that lie in the text", () => {
  fc.assert(
    fc.property(array(slip, { minLength: 1, maxLength: 4 }), (slips) => {
      const mutated = slips.reduce(
        (source, [from, removed, added]) =>
          source.slice(0, from) + added + source.slice(from + removed),
        SAMPLE,
      );
      const loaded = load(mutated);
      if (loaded.ok) return;
      const lines = mutated.split("\n");
      expect(loaded.error.length).toBeGreaterThan(0);
      for (const { at: where, message } of loaded.error) {
        expect(message).not.toBe("");
        expect(where.column).toBeGreaterThanOrEqual(1);
        expect(where.column).toBeLessThanOrEqual((lines[where.line - 1]?.length ?? -1) + 1);
      }
    }),
    { numRuns: 2000 },
  );
});

test("text of no meaning at all gives errors", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (nonsense) => {
      expect(load(nonsense).ok).toBe(false);
    }),
  );
});

test("the sample of the laws is a scenario in its printed form", () => {
  const loaded = load(SAMPLE);
  expect(loaded.ok ? print(loaded.value.scenario) : loaded.error).toBe(SAMPLE);
});
