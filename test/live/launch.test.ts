import { execFileSync } from "node:child_process";
import { afterAll, describe, expect } from "vitest";
import { allOf, counted, requires, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

const ARM = ["cpu", "task"] as const;
const nothing = () => undefined;

/** A program whose library lies beside it. */
function withLibrary(): string {
  const library = workshop.compile("library", "-shared");
  const flags = ["-DWITH_LIBRARY", library, `-Wl,-rpath,${workshop.folder}`];
  return workshop.compile("launched", "-pie", ...flags);
}

describe.each(ARM)("armed for each %s", (arm) => {
  test.each(["-no-pie", "-pie", "-static"])(
    "a command counts from its first instruction, constructors too: %s",
    async (kind) => {
      const command = [workshop.compile("launched", kind)];
      const options = { target: { command }, where: ["counter"], arm, kernel: false };
      const watched = await watching(options, nothing);
      expect(counted(watched)).toEqual(allOf(70));
      const symbols = watched.report.writers.map(({ frame, count }) => [frame.symbol, count]);
      expect(symbols).toEqual([
        ["main", 50],
        ["store_first", 20],
      ]);
    },
  );

  test("a library's variable counts from the library's own constructor on", async () => {
    const where = ["library_shared:library_counter"];
    const options = { target: { command: [withLibrary()] }, where, arm, kernel: false };
    const watched = await watching(options, nothing);
    expect(counted(watched)).toEqual(allOf(30));
    expect(watched.report.writers[0]?.frame.symbol).toBe("store_when_loaded");
  });

  test("main itself runs once", async () => {
    const command = [workshop.compile("launched", "-pie")];
    const options = { target: { command }, where: ["main:x"], arm };
    expect(counted(await watching(options, nothing))).toEqual(allOf(1));
  });

  test("what a launched shell runs counts, too", async () => {
    const path = workshop.compile("launched", "-no-pie");
    const address = execFileSync("nm", [path], { encoding: "utf8" }).match(
      /^(\w+) D counter$/m,
    )?.[1];
    const command = ["/bin/sh", "-c", `${path}; ${path}; true`];
    const options = { target: { command }, where: [`0x${address}/8`], arm, kernel: false };
    const watched = await watching(options, nothing);
    expect(counted(watched)).toEqual(allOf(140));
    expect(watched.report.coverage).toMatchObject({ childrenBorn: 2, execs: 2 });
  });
});

test("a command that is not there, and one that may not be run, have a shell's exit codes", async () => {
  const text = workshop.write("plain.txt", "hello");
  const launch = (path: string) =>
    watching({ target: { command: [path] }, where: ["0x404000/8"] }, nothing);
  await expect(launch("/no/such/command")).rejects.toMatchObject({
    kind: "command",
    exitCode: 127,
  });
  await expect(launch(text)).rejects.toMatchObject({ kind: "command", exitCode: 126 });
});
