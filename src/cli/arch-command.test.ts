import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ARCHITECTURES } from "../arch/index.ts";
import { run } from "./run.ts";

/** What `trapline arch ARGS` prints, and how it ends. */
async function arch(...args: string[]) {
  const status = await run(["arch", ...args]);
  const text = vi
    .mocked(console.log)
    .mock.calls.map(([line]) => String(line))
    .join("\n");
  return { status, text };
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("all architectures are described, each with what it is modelled as", async () => {
  const { status, text } = await arch();
  expect(status).toBe(0);
  for (const { name, title, slots } of Object.values(ARCHITECTURES)) {
    expect(text).toContain(`${name}: ${title}\n  registers      ${slots.data}`);
  }
});

test("a range is covered piece by piece", async () => {
  expect(await arch("x86", "0x1003/6:w")).toEqual({
    status: 0,
    text: ["x86 0x1003/6:w: 3 registers", "  0x1003/1:w", "  0x1004/4:w", "  0x1008/1:w"].join(
      "\n",
    ),
  });
  expect((await arch("powerpc-dawr", "0x1003/6:r")).text).toContain(
    "0x1003/6:r, traps for 0x1000..0x100f",
  );
});

test("a range that does not fit is refused with what would, and is no success", async () => {
  const { status, text } = await arch("x86", "0x1003/60:w");
  expect(status).toBe(1);
  expect(text).toBe(
    "x86 0x1003/60:w: refused: 60 bytes at 0x1003 need 11 registers, 4 are free: 0x1003/21, 0x1008/32 or 0x1030/15 would fit",
  );
});

test("an unknown architecture and a name instead of an address are wrong usage", async () => {
  expect((await arch("x87")).status).toBe(2);
  expect((await arch("x86", "counter")).status).toBe(2);
  expect((await arch("x86", "0x1000/8:q")).status).toBe(2);
});
