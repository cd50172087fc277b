import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, expect } from "vitest";
import { readRecording } from "../../src/recording/index.ts";
import { browserPath, openWatched, startBrowser } from "../browser-page.ts";
import { Cli, requires, Target, Workshop } from "./harness.ts";

const test = requires({
  ...{ root: true, registers: 1 },
  commands: ["gcc", browserPath ?? "chromium"],
});
const workshop = new Workshop();
const folder = mkdtempSync(join(tmpdir(), "trapline-page-"));
let browser: Browser | undefined;
afterAll(async () => {
  await browser?.close();
  workshop[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** A watch that is shown, and its page as soon as it is armed. */
async function shown(cli: Cli) {
  const url = /http:\S+/.exec(await cli.said(/http:/))?.[0] ?? "";
  browser ??= await startBrowser();
  const watched = await openWatched(browser);
  await watched.page.goto(url);
  await watched.page.locator(".live-now").waitFor();
  return watched;
}

function hits(page: Page): Promise<string | null> {
  return page.locator(".live > header p").textContent();
}

test("the page shows hits of a process while it runs, and its end", async () => {
  const file = join(folder, "shown.trap");
  await using target = await Target.start(workshop.compile("threads"), [2, 1, 300]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--ui", "-g", "-o", file]);
  await using watched = await shown(cli);
  const { page, complaints } = watched;
  expect(await hits(page)).toMatch(/^0 hits/);
  await target.work();
  await expect.poll(() => hits(page)).toMatch(/^900 hits/);
  expect(await page.locator(".state").textContent()).toBe("live");
  await page.locator(".timeline").focus();
  await page.keyboard.press("End");
  await expect.poll(() => page.locator(".panel").textContent()).toContain("store threads.c");
  expect(await page.locator(".source li[aria-current]").textContent()).toContain("counter = value");
  expect(await target.end()).toBe(0);
  await cli.said(/the page stays until Ctrl-C/);
  await expect.poll(() => page.locator(".state").textContent()).toBe("recorded");
  await page.reload(); // it is still served, and whole
  await expect.poll(() => page.locator(".state").textContent()).toBe("recorded");
  expect(await hits(page)).toMatch(/^90\d hits/);
  expect(await page.locator(".notices summary").textContent()).toBe("Nothing is missing");
  cli.signal("SIGINT");
  const { status } = await cli.ended;
  expect(status).toBe(0);
  expect(complaints).toEqual([]);
  expect(readRecording(readFileSync(file)).hits.length).toBeGreaterThanOrEqual(900);
});

test("Ctrl-C ends watch and page; the page has every hit by then, also without a file", async () => {
  await using target = await Target.start(workshop.compile("stores"), [50_000]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--ui"]);
  await using watched = await shown(cli);
  await target.work();
  cli.signal("SIGINT");
  const { status, output } = await cli.ended;
  expect(status).toBe(0);
  expect(output[0]).toMatch(/^50,000 hits/);
  await expect.poll(() => hits(watched.page)).toMatch(/^50,000 hits/);
  expect(await watched.page.locator(".state").textContent()).toBe("recorded");
});

test("a pause of the view pauses nothing else", async () => {
  await using target = await Target.start(workshop.compile("stores"), [1_000]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--ui"]);
  await using watched = await shown(cli);
  const { page } = watched;
  await page.getByRole("button", { name: "Pause" }).click();
  await target.work();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(() => page.locator(".writers h2").textContent()).toContain("1,000 hits");
});

test("a port in use is told in one line before anything is armed", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  await using target = await Target.start(workshop.compile("stores"), [1]);
  await using cli = Cli.watch(["-p", target.pid, "counter", "--ui", "--port", port]);
  const { status, errors } = await cli.ended;
  expect(status).toBe(2);
  expect(errors).toBe(
    `trapline: --port ${port}: another program has it: give another port, or none for any that is free`,
  );
  taken.close();
});
