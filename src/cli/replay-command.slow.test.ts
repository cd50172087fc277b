import { expect, test } from "vitest";
import { replayRun } from "../check/index.ts";
import { captureConsole } from "./captured-console.ts";
import { decodeToken, encodeToken } from "./replay-token.ts";
import { goneBy, replayScreen } from "./replay-view.ts";
import { run } from "./run.ts";

const { lines, errors } = captureConsole();

const OOPS = "scenarios/bugs/oops-2016.scn";

async function tokenOfOops(): Promise<string> {
  await run(["check", "--json", OOPS]);
  const { token } = JSON.parse(lines[1] ?? "");
  lines.length = 0;
  return token;
}

test("the token of a failure replays it without its file, to the same failure", async () => {
  const token = await tokenOfOops();
  expect(await run(["replay", token])).toBe(0);
  const text = lines.join("\n");
  expect(text).toContain("powerpc-dawr design a: tombstone-deref in 61 steps");
  expect(text).toMatch(/^ +61 +C _free_event\.archHook .*<== fails$/m);
  expect(text).toMatch(/perf_event_exit_task_context\.tombstone .*<== lost here$/m);
  expect(text).toContain("tombstone-deref: TASK_TOMBSTONE->thread.last_hit_ubp");
});

test("check prints the token under the failure that it is of", async () => {
  expect(await run(["check", OOPS])).toBe(1);
  const token = /trapline replay (\S+)/.exec(lines.join("\n"))?.[1] ?? "";
  expect(decodeToken(token)).toMatchObject({ file: OOPS, design: "a", cpus: 1 });
});

test("keys go forwards and backwards, and the screen fits", async () => {
  const it = replayRun(decodeToken(await tokenOfOops()));
  const size = { rows: 24, columns: 80 };
  const last = it.steps.length - 1;
  expect(goneBy("n", 0, it)).toEqual({ at: 1 });
  expect(goneBy("\x1b[D", 1, it)).toEqual({ at: 0 });
  expect(goneBy("p", 0, it)).toEqual({ at: 0 });
  expect(goneBy("G", 0, it)).toEqual({ at: last });
  expect(goneBy("n", last, it)).toEqual({ at: last });
  expect(goneBy("x", 0, it)).toEqual({ at: it.lost });
  expect(goneBy("q", 5, it)).toBe("quit");
  expect(goneBy("?", 5, it)).toBeUndefined();
  const functions = new Set<string>();
  for (let at = 0; at < last; ) {
    const went = goneBy("f", at, it);
    if (went === undefined || went === "quit" || went.at <= at)
      throw new Error("it does not go on");
    at = went.at;
    functions.add(it.steps[at]?.fn ?? "");
  }
  expect(functions.size).toBeGreaterThan(5);
  for (const at of [0, 30, last]) {
    const screen = replayScreen(it, at, size);
    expect(screen.length).toBeLessThanOrEqual(size.rows);
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThanOrEqual(size.columns);
    expect(screen.filter((line) => /^> /.test(line.trimStart()))).toHaveLength(1);
  }
});

test("a token whose run does not fail in this model is refused, with the step", async () => {
  const it = decodeToken(await tokenOfOops());
  const healthy = encodeToken({ ...it, design: "d" });
  expect(await run(["replay", healthy])).toBe(2);
  expect(errors.join("\n")).toMatch(/step \d+ of 61 cannot be done|nothing fails after all 61/);
  const cut = encodeToken({ ...it, moves: it.moves.slice(0, 5) });
  expect(await run(["replay", cut])).toBe(2);
  expect(errors.join("\n")).toContain("nothing fails after all 5 steps");
});

test("shares of several machines are all programs together, and no program twice", async () => {
  const args = ["check", "--json", "--design", "a,d", OOPS];
  const designs = () => lines.splice(0).flatMap((line) => JSON.parse(line).design ?? []);
  await run([...args, "--shard", "1/2"]);
  const first = designs();
  await run([...args, "--shard", "2/2"]);
  expect([first, designs()]).toEqual([["a"], ["d"]]);
  expect(await run([...args, "--shard", "3/2"])).toBe(2);
  expect(errors.join("\n")).toContain("--shard 3/2: not a share like 1/3");
});
