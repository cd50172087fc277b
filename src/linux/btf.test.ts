import { expect, test } from "vitest";
import { memberOffset } from "./btf.ts";

interface FakeType {
  readonly kind: number;
  readonly name?: string;
  readonly flag?: boolean;
  /** Words behind the head, for a kind that has any. */
  readonly words?: readonly number[];
  readonly members?: readonly (readonly [name: string, offset: number])[];
}

/** A BTF file of these types, as the kernel lays it out. */
function btf(types: readonly FakeType[]): Buffer {
  let strings = "\0";
  const intern = (text: string) => {
    const at = strings.length;
    strings += `${text}\0`;
    return at;
  };
  const words = types.flatMap(({ kind, name = "", flag = false, words: more = [], members }) => {
    const count = members?.length ?? 0;
    const info = (flag ? 1 << 31 : 0) | (kind << 24) | count;
    const fields = (members ?? []).flatMap(([member, offset]) => [intern(member), 1, offset]);
    return [name === "" ? 0 : intern(name), info >>> 0, 0, ...more, ...fields];
  });
  const body = Buffer.from(new Uint32Array(words).buffer);
  const text = Buffer.from(strings, "latin1");
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(body.length, 16);
  header.writeUInt32LE(text.length, 20);
  return Buffer.concat([header, body, text]);
}

const INT = 1;
const ARRAY = 3;
const STRUCT = 4;

test("a member is found behind types of other kinds, in bytes", () => {
  const file = btf([
    { kind: INT, name: "int", words: [32] },
    { kind: ARRAY, words: [1, 1, 16] },
    { kind: STRUCT, name: "other", members: [["tgid", 64]] },
    {
      kind: STRUCT,
      name: "task_struct",
      members: [
        ["state", 0],
        ["tgid", 10_144],
      ],
    },
  ]);
  expect(memberOffset(file, "task_struct", "tgid")).toBe(1_268);
  expect(memberOffset(file, "other", "tgid")).toBe(8);
});

test("with bit fields the offset has a width beside it", () => {
  const members = [["tgid", (32 << 24) | 640]] as const;
  const file = btf([{ kind: STRUCT, name: "task_struct", flag: true, members }]);
  expect(memberOffset(file, "task_struct", "tgid")).toBe(80);
});

test("what is not there, or no such file at all, has no offset", () => {
  const file = btf([{ kind: STRUCT, name: "task_struct", members: [["pid", 0]] }]);
  expect(memberOffset(file, "task_struct", "tgid")).toBeUndefined();
  expect(memberOffset(file, "mm_struct", "pid")).toBeUndefined();
  expect(memberOffset(Buffer.alloc(0), "task_struct", "pid")).toBeUndefined();
  expect(memberOffset(Buffer.from("not BTF, but long enough"), "a", "b")).toBeUndefined();
});
