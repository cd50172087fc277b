import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  conformRandomly,
  GUEST_KINDS,
  isFetched,
  openTarget,
  type Pair,
  type Verdict,
  verdictOf,
} from "../../src/conform/index.ts";
import { load } from "../../src/scenario/index.ts";

const FILES = globSync("scenarios/conformance/*.scn").sort();
const LEAST_COMPARED = 8;
const RANDOM_PROGRAMS = 20;
const SLOW_MS = 400_000;
const GONE_MS = 20_000;

const KINDS = GUEST_KINDS.map(({ name }) => name);
const here = (name: string) => GUEST_KINDS.some((it) => it.name === name && isFetched(it));

/** Why it is skipped, in its name. */
function named(text: string, name: string): string {
  return here(name) ? text : `${text} (not here: trapline guest fetch ${name})`;
}

async function pairWith(name: string): Promise<Pair> {
  return [await openTarget("model"), await openTarget(`guest:${name}`)];
}

describe.each(KINDS)("guest:%s", (name) => {
  test.skipIf(!here(name))(
    named("agrees with the model on all that both can run, made up scenarios among them", name),
    async () => {
      const pair = await pairWith(name);
      const verdicts: (readonly [string, Verdict["kind"]])[] = [];
      for (const file of FILES) {
        const loaded = load(readFileSync(file, "utf8"));
        for (const program of loaded.ok ? loaded.value.programs : [])
          verdicts.push([file, (await verdictOf(file, program, pair)).kind]);
      }
      const compared = verdicts.filter(([, kind]) => kind !== "not applicable");
      expect(compared.filter(([, kind]) => kind !== "agree" && kind !== "known bug")).toEqual([]);
      expect(compared.length).toBeGreaterThan(LEAST_COMPARED);

      const options = { programs: RANDOM_PROGRAMS, seed: 1, onFinding: () => undefined };
      const result = await conformRandomly(pair, { ...options, isOver: () => false });
      expect(result.programs).toBe(RANDOM_PROGRAMS);
      const unexplained = result.findings.filter(({ bug }) => bug === undefined);
      expect(unexplained.map(({ scenario }) => scenario)).toEqual([]);
      for (const target of pair) target[Symbol.dispose]();
    },
    SLOW_MS,
  );
});

const [FIRST = ""] = KINDS.filter(here);

test.skipIf(FIRST === "")(
  named("whoever is killed with kill -9 leaves no emulator behind", FIRST),
  async () => {
    const code =
      `const { openTarget } = await import("./src/conform/index.ts");` +
      `const guest = await openTarget("guest:${FIRST}");` +
      `console.log("pid", guest.pid); setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<string>((resolve) => {
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /pid (\d+)\n/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    child.kill("SIGKILL");
    for (let waited = 0; existsSync(`/proc/${pid}`) && waited < GONE_MS; waited += 50)
      await sleep(50);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  },
  SLOW_MS,
);
