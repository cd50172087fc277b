import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { readPageFiles } from "../src/cli/page-files.ts";
import { PageServer } from "../src/cli/page-server.ts";
import { FileFeed } from "../src/cli/recording-feed.ts";
import { run } from "../src/cli/run.ts";
import {
  browserPath,
  DESKTOP,
  openWatched,
  PHONE,
  requiresBrowser,
  startBrowser,
} from "./browser-page.ts";
import { expectPicture } from "./golden-picture.ts";
import { waitingRecording } from "./waiting-recording.ts";

const test = requiresBrowser();

const folder = mkdtempSync(join(tmpdir(), "trapline-model-view-"));
let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  if (browserPath === undefined) return;
  const path = join(folder, "check.trap");
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const scenarios = ["oops-2016", "w2-swap-dangles", "z33-missing-sigtrap"].map(
    (name) => `scenarios/bugs/${name}.scn`,
  );
  await run(["check", ...scenarios, "--trace-file", path]);
  log.mockRestore();
  browser = await startBrowser();
  server = await PageServer.start(await readPageFiles(), FileFeed.whole(path), undefined);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** The number of the step that is shown. */
async function stepOf(page: Page): Promise<number> {
  return Number(await page.textContent(".controls output b"));
}

/** What is to be so in a moment, on a busy machine in some more. */
function soon<T>(look: () => Promise<T>) {
  return expect.poll(look, { timeout: 60_000 });
}

async function open(page: Page, at = ""): Promise<void> {
  await page.goto(`${server.url}${at}`);
  await page.waitForSelector(".model .step-row.chosen");
}

test("keys lead from the Oops to the step in which its pointer breaks, and back", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints, requests } = watched;
  await open(page);
  expect(await page.textContent(".model-head h2")).toContain(
    "BUG: tombstone-deref in arch_unregister_hw_breakpoint(): TASK_TOMBSTONE->thread.last_hit_ubp",
  );
  expect(await page.textContent(".oops")).toContain("perf_event_exit_task_context");
  expect(await stepOf(page)).toBe(61);
  expect(await page.locator(".broken").count()).toBe(1);
  await page.keyboard.press("x");
  expect(await stepOf(page)).toBe(53);
  await page.keyboard.press("ArrowLeft");
  expect(await page.locator(".broken").count()).toBe(0);
  for (let step = 53; step <= 61; step++) {
    await page.keyboard.press("ArrowRight");
    expect(await stepOf(page)).toBe(step);
    expect(await page.locator(".broken").count()).toBe(1);
  }
  const said = await page.textContent("[aria-live=polite].aside");
  expect(said).toMatch(/^Step 61 of 61\. CPU 0, task C: _free_event, archHook\..*Here it fails/);
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual(
    [],
  );
});

test("the red arrow leads to where it broke, and from there to where it is used", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.selectOption(".run-choice select", { index: 2 });
  expect(await page.textContent(".model-head h2")).toContain("by C->thread.last_hit_ubp");
  const end = await stepOf(page);
  const arrow = page.getByRole("button", { name: /last_hit_ubp dangles: event 2 was freed/ });
  await arrow.click();
  const broke = await stepOf(page);
  expect(broke).toBeLessThan(end);
  expect(await page.textContent(".changes")).toContain("event 2 is freed");
  await arrow.click();
  expect(await stepOf(page)).toBe(end);
  await page.locator(".breaks button").first().click();
  expect(await stepOf(page)).toBe(broke);
});

test("functions fold and unfold, and keys go from one to the next", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.keyboard.press("Home");
  expect(await stepOf(page)).toBe(1);
  const steps = page.locator(".step-scroll .lane", { hasText: /^· / });
  expect(await steps.count()).toBe(0);
  await page.keyboard.press("f");
  expect(await steps.allTextContents()).toEqual([
    "· pick",
    "· schedOut",
    "· switchTo",
    "· schedIn",
  ]);
  await page.keyboard.press("f");
  expect(await steps.count()).toBe(0);
  await page.keyboard.press("w");
  expect(await stepOf(page)).toBe(5);
  await page.keyboard.press("b");
  expect(await stepOf(page)).toBe(1);
  await page.keyboard.press("?");
  expect(await page.textContent(".keys")).toContain("where it is lost or becomes dangling");
});

test("a value leads to the step that wrote it", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.locator(".box", { hasText: "ctx 3" }).click();
  const written = page.locator(".details dl > div", { hasText: "task" }).first();
  expect(await written.textContent()).toContain("TASK_TOMBSTONE");
  await written.locator("button").click();
  expect(await stepOf(page)).toBe(53);
  expect(await page.textContent(".changes")).toContain("task = TASK_TOMBSTONE");
});

test("a register that is off for the next task stands in red", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.selectOption(".run-choice select", { index: 2 });
  const states = new Set<string>();
  await page.keyboard.press("Home");
  for (let step = 1; step < 83; step++) {
    await page.keyboard.press("ArrowRight");
    const row = page.locator(".registers tbody tr").first();
    states.add(
      `${(await row.getAttribute("class")) ?? ""} ${await row.locator("td").last().textContent()}`,
    );
  }
  expect(states).toContain(" yes");
  expect(states).toContain(" off while C steps over the access");
  expect(states).toContain("bad off, and no step is pending: nothing is watched");
});

test("the address holds run and step: who opens it sees the same", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.selectOption(".run-choice select", { index: 2 });
  await page.keyboard.press("x");
  await page.waitForURL(/#trapline1-.*&step=\d+$/);
  const step = await stepOf(page);
  await using other = await openWatched(browser);
  await open(other.page, new URL(page.url()).hash);
  await soon(() => other.page.inputValue(".run-choice select")).toBe("2");
  await soon(() => stepOf(other.page)).toBe(step);
});

test("a mailed file shows the run without a server, and its address holds the step, too", async () => {
  const html = join(folder, "mailed.html");
  await run(["show", join(folder, "check.trap"), "--html", html]);
  await using watched = await openWatched(browser);
  const { page, complaints, requests } = watched;
  const url = pathToFileURL(html).href;
  await page.goto(url);
  await page.waitForSelector(".model .step-row.chosen");
  await page.keyboard.press("x");
  await page.waitForURL(/#trapline1-.*&step=53$/);
  expect(await page.locator(".broken").count()).toBe(1);
  expect(complaints).toEqual([]);
  expect(requests.filter((it) => !it.startsWith(url) && !it.startsWith("data:"))).toEqual([]);
});

test("o and a button choose the order with the fewest switches, and the address holds it", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints } = watched;
  await open(page);
  const choice = page.locator(".order button");
  const said = page.locator(".order [role=status]");
  await page.keyboard.press("o");
  await soon(() => said.textContent()).toBe("this is it: none has fewer");
  await page.selectOption(".run-choice select", { index: 3 });
  const headline = await page.textContent(".model-head h2");
  await choice.click();
  await soon(() => said.textContent()).toBe("2 instead of 4");
  expect(await choice.getAttribute("aria-pressed")).toBe("true");
  expect(await page.textContent(".model-head h2")).toBe(headline);
  expect(await page.textContent(".model-head .soft")).toContain("43 steps, 2 switches");
  await page.keyboard.press("Home");
  await page.waitForURL(/#trapline1-.*&order=fewest&step=1$/);
  await using other = await openWatched(browser);
  await open(other.page, new URL(page.url()).hash);
  await soon(() => other.page.textContent(".order [role=status]")).toBe("2 instead of 4");
  expect(await stepOf(other.page)).toBe(1);
  await page.keyboard.press("o");
  expect(await said.textContent()).toBe("4; 2 are enough");
  expect(await page.textContent(".model-head .soft")).toContain("43 steps, 4 switches");
  await page.waitForURL(/#trapline1-[^&]*&step=43$/);
  expect(complaints).toEqual([]);
});

test("who waits for a lock is drawn below its bar, and told", async () => {
  const path = join(folder, "waits.trap");
  writeFileSync(path, waitingRecording());
  const waits = await PageServer.start(await readPageFiles(), FileFeed.whole(path), undefined);
  await using watched = await openWatched(browser);
  const { page } = watched;
  await page.goto(waits.url);
  await page.waitForSelector(".model .step-row.chosen");
  const line = page.locator(".lock-wait").first();
  const words = await line.locator("title").textContent();
  expect(words).toMatch(/^[PC] waits for \S+, steps \d+ to \d+$/);
  expect(await page.locator(".overview svg").getAttribute("aria-label")).toContain(words);
  const dashes = "getComputedStyle(document.querySelector('.lock-wait')).strokeDasharray";
  expect(await page.evaluate(dashes)).toBe("4px, 2px");
  await waits.close();
});

test("a screen reader finds landmarks, headings, controls and the step", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.keyboard.press("x");
  const spoken = await page.locator("body").ariaSnapshot();
  const still = spoken.replace(/\. \d+ states.*\d s \(/, ". Some states, some s (");
  await expect(still).toMatchFileSnapshot("snapshots/spoken-model.txt");
});

test.each([
  ["desktop-light", DESKTOP, "light"],
  ["desktop-dark", DESKTOP, "dark"],
  ["phone-light", PHONE, "light"],
  ["phone-dark", PHONE, "dark"],
] as const)("the view fits and looks as it did: %s", async (name, viewport, colorScheme) => {
  await using watched = await openWatched(browser, { viewport, colorScheme });
  const { page } = watched;
  await open(page);
  const width = await page.evaluate("document.documentElement.scrollWidth");
  expect(width).toBeLessThanOrEqual(viewport.width);
  const row = await page.locator(".step-row.chosen").boundingBox();
  const list = await page.locator(".step-scroll").boundingBox();
  if (row === null || list === null) throw new Error("there is no list of steps");
  expect(row.y).toBeGreaterThanOrEqual(list.y);
  expect(row.y + row.height).toBeLessThanOrEqual(list.y + list.height + 1);
  await expectPicture(page, `model-${name}`);
});
