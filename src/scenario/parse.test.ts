import { expect, test } from "vitest";
import { formatDiagnostic } from "./diagnostic.ts";
import { parse, print } from "./index.ts";

/** What the user sees of the first error. */
function complaint(text: string): string {
  const parsed = parse(text);
  const [first] = parsed.ok ? [] : parsed.error;
  return first === undefined ? "no error" : formatDiagnostic(first, "it.scn", text);
}

function formatted(text: string): string {
  const parsed = parse(text);
  return parsed.ok ? print(parsed.value) : complaint(text);
}

test("an error names the place, what was expected there, and a word that is near", () => {
  expect(complaint("arch x86\nP: open e wirte x")).toBe(
    [
      'it.scn:2:11: error: expected "read", "write", "rw", "execute", "type" or "[", found "wirte"; did you mean "write"?',
      "   2 | P: open e wirte x",
      "     |           ^",
    ].join("\n"),
  );
});

test.each([
  ["arch x68", '"arm64", found "x68"; did you mean "x86"?'],
  ["vra x 8", 'found "vra"; did you mean "var"?'],
  ["P: opne e write x", 'found "opne"; did you mean "open"?'],
  ["P open e write x", 'expected "[" or ":", found "open"'],
  ["P: open", "expected a name for the event, found the end of the line"],
  ["P: store x size", "a number or a loop variable, found the end of the line"],
  ["P: store x; load x", 'found ";"'],
  ["P: open e write x -> ENOSPACE", 'did you mean "ENOSPC"?'],
  ["P: open e write x len 4 len 8", "len is given twice"],
  ["P: open e write x cpu0 cpu1", "cpu is given twice"],
  ["P: fork C no-fds no-fds", "no-fds is given twice"],
  ["never opps", 'did you mean "oops"?'],
  ["P: handle SIGTARP", 'did you mean "SIGTRAP"?'],
  ["P: refresh e 08x", '"08x" is not a number of this language'],
  ["P: period e 9007199254740993", "exact as a double"],
  ["repeat 3 {\nP: exit", 'this block lacks its "}"'],
  ["}", 'this "}" closes no block'],
  ["repeat 2 {\nvar x 8\n}", '"var" stands outside of blocks only'],
])("%j is refused with the reason", (text, reason) => {
  expect(complaint(text)).toContain(reason);
});

test("what would be too deep or too long is refused", () => {
  expect(complaint(`P: refresh e ${"(".repeat(40)}1`)).toContain("at most 32 operators");
  expect(complaint("repeat 1 {\n".repeat(17))).toContain("blocks nest at most 16 deep");
  expect(complaint("x".repeat(2 ** 20 + 1))).toContain("a scenario has at most 1048576");
});

test("each wrong line is reported, and a wrong block does not make its end wrong", () => {
  const parsed = parse("repeat x y {\n  P: exit\n}\nP: opne\nP: exit\nnever no\n");
  expect(parsed.ok ? [] : parsed.error.map(({ at }) => at.line)).toEqual([1, 4, 6]);
});

test("at most fifty errors are reported", () => {
  const parsed = parse("?\n".repeat(1000));
  expect(parsed.ok ? 0 : parsed.error.length).toBe(50);
});

test("formatting keeps comments, joins blank lines and puts options in order", () => {
  const untidy = `

#first
arch   x86   # the machine


var x   8
P: open e write x+0x4   inherit disabled len 4 #watch
repeat 2 { # twice

    P: store x   size 1<<2

}  # done
#last

`;
  expect(formatted(untidy)).toBe(`# first
arch x86  # the machine

var x 8
P: open e write x+0x4 len 4 disabled inherit  # watch
repeat 2 {  # twice
  P: store x size 1 << 2
}  # done
# last
`);
});

test("options come in any order", () => {
  expect(formatted("P: open e rw x inherit cpu0 disabled period 1 target C len 4 group g")).toBe(
    "P: open e rw x len 4 target C cpu0 group g period 1 disabled inherit\n",
  );
  expect(formatted("P: modify e enabled len 4 disabled write at y sig-data 3 pinned")).toBe(
    "P: modify e write at y len 4 sig-data 3 disabled pinned enabled\n",
  );
  expect(formatted("P: fork C taken-pid no-fds")).toBe("P: fork C no-fds taken-pid\n");
});

test("parentheses stay only where they mean something", () => {
  expect(formatted("P: refresh e ((1+2))*3-(4-(5-6))")).toBe(
    "P: refresh e (1 + 2) * 3 - (4 - (5 - 6))\n",
  );
  expect(formatted("P: store x+(1<<2)")).toBe("P: store x + (1 << 2)\n");
});

test("lines may end as on Windows, and an empty text is a scenario of nothing", () => {
  expect(formatted("P: exit\r\nP: exit # so\r\n")).toBe("P: exit\nP: exit  # so\n");
  expect(formatted("")).toBe("");
});
