// Starts a program with a bug, watches the memory that goes bad, and names who damages it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WatchError, watch } from "../../src/index.ts";

/** The machine forbids it. */
const FORBIDDEN = 3;
const WATCH_MS = 2_000;
const OWNER = "south";

const scoreboard = fileURLToPath(new URL("scoreboard.mjs", import.meta.url));
// The flags let Node tell the names of its functions; see docs/javascript.md.
const flags = [
  "--perf-basic-prof",
  "--interpreted-frames-native-stack",
  "--no-turbo-inlining",
  "--no-maglev-inlining",
];
// With these flags Node also leaves logs where it runs.
const folder = mkdtempSync(join(tmpdir(), "trapline-demo-"));
const program = spawn(process.execPath, [...flags, scoreboard], {
  cwd: folder,
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => {
  program.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  rmSync(join("/tmp", `perf-${program.pid}.map`), { force: true });
});

const lines = createInterface(program.stdout);
const [line]: string[] = await once(lines, "line");
const address = /0x[0-9a-f]+/.exec(line ?? "")?.[0] ?? "";
console.log(`Four threads share a table, and ${line}.`);
console.log("Who writes there?\n");
console.log(`$ trapline watch -p ${program.pid} ${address}/8:w --timeout 2s\n`);

process.exit((await showTable()) ? await nameCulprit() : FORBIDDEN);

/** What a user would type. What forbids it, the command says itself. */
async function showTable(): Promise<boolean> {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const args = ["watch", "-p", `${program.pid}`, `${address}/8:w`, "--timeout", "2s", "-q"];
  const [status] = await once(
    spawn(process.execPath, [main, ...args], { stdio: "inherit" }),
    "exit",
  );
  return status === 0;
}

/** The same from a program, with the library. */
async function nameCulprit(): Promise<number> {
  try {
    using watched = watch({
      target: { pids: [program.pid ?? 0] },
      where: [`${address}/8:w`],
      timeoutMs: WATCH_MS,
    });
    const culprits = new Map<string, number>();
    for await (const { comm, frame } of watched) {
      if (comm === OWNER) continue;
      const who = `thread "${comm}" in ${frame.symbol} (${frame.file}:${frame.line})`;
      culprits.set(who, (culprits.get(who) ?? 0) + 1);
    }
    console.log(`\nThe row belongs to thread "${OWNER}". Others wrote there, too:`);
    for (const [who, count] of culprits) console.log(`  ${count} times ${who}`);
    return culprits.size === 1 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof WatchError)) throw error;
    console.error(`trapline: ${error.message}`);
    return FORBIDDEN;
  }
}
