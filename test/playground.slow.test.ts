import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect } from "vitest";
import {
  browserPath,
  DESKTOP,
  openWatched,
  PHONE,
  requiresBrowser,
  startBrowser,
} from "./browser-page.ts";
import { expectPicture } from "./golden-picture.ts";
import { serveFolder } from "./site-server.ts";

const test = requiresBrowser();

/** It takes a second where nothing else runs, and is to take less than 2 there. */
const MOST_SECONDS = 30;

const folder = mkdtempSync(join(tmpdir(), "trapline-site-"));
let browser: Browser;
let site: Awaited<ReturnType<typeof serveFolder>>;

beforeAll(async () => {
  if (browserPath === undefined) return;
  await build({
    configFile: "vite.site.config.ts",
    configLoader: "native",
    build: { outDir: folder, emptyOutDir: true },
  });
  browser = await startBrowser();
  site = await serveFolder(folder, "/some/where");
}, 120_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
  rmSync(folder, { recursive: true });
});

/** What is to be so in a moment, on a busy machine in some more. */
function soon<T>(look: () => Promise<T>) {
  return expect.poll(look, { timeout: 60_000 });
}

async function open(page: Page, at = ""): Promise<void> {
  await page.goto(`${site.url}${at}`);
}

/** Waits until the checker has nothing more to do. */
async function settled(page: Page): Promise<string> {
  await soon(() => page.textContent(".work")).toMatch(/^(A failure was found after [^…]*|Done.*)$/);
  return (await page.textContent(".work")) ?? "";
}

async function write(page: Page, text: string): Promise<void> {
  await page.fill("textarea", text);
}

test("it opens on the Oops, explored in the page, and asks nobody for anything", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints, requests } = watched;
  await open(page);
  await settled(page);
  expect(await page.textContent(".prose h2")).toBe("The Oops of March 2016");
  expect(await page.textContent(".model-head h2")).toContain(
    "BUG: tombstone-deref in arch_unregister_hw_breakpoint()",
  );
  expect(await page.textContent(".controls output b")).toBe("61");
  expect(await page.locator(".broken").count()).toBe(1);
  await page.keyboard.press("x");
  expect(await page.textContent(".controls output b")).toBe("53");
  expect(complaints).toEqual([]);
  const elsewhere = requests.filter((url) => !url.startsWith(site.url) && !url.startsWith("data:"));
  expect(elsewhere).toEqual([]);
});

test("the dangling pointer after a swap is found while one looks", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints } = watched;
  await open(page, "#swap");
  const said = await settled(page);
  const seconds = Number(/after ([\d.]+) s/.exec(said)?.[1]);
  console.log(`the swap: a failure after ${seconds} s`);
  expect(seconds).toBeLessThan(MOST_SECONDS);
  expect(await page.textContent(".model-head h2")).toMatch(
    /use-after-free in single_step_dabr_instruction\(\).*by C->thread\.last_hit_ubp/,
  );
  expect(await page.textContent(".breaks")).toContain("dangles: event 2 was freed");
  expect(complaints).toEqual([]);
});

test("per-CPU storage misses a hit, with the register in red", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await page.click("nav a[href='#per-cpu']");
  await soon(() => page.textContent(".model-head h2")).toContain("missed-hit");
  expect(await page.textContent(".registers tr.bad")).toContain("nothing is watched");
});

test("design D alone passes what all others fail, in how many states is said", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints } = watched;
  await open(page, "#design-d");
  const rows = page.locator(".comparison tbody tr");
  await soon(() => rows.count()).toBe(5);
  const verdicts = await rows.locator("td:nth-child(2)").allTextContents();
  expect(verdicts.slice(0, 4)).toEqual(Array(4).fill("missed-hit in 41 steps"));
  expect(verdicts[4]).toBe("no failure in any interleaving");
  expect(await rows.last().textContent()).toMatch(/\d+ states, [\d.]+ s, omission below/);
  expect(complaints).toEqual([]);
});

test("a mistake in a scenario is marked at its line, with the remedy", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page, "#own");
  await settled(page);
  await write(page, "arch x86\ncpus 1\nvar x 8\n\nP: open e write x\nP: stroe x\n");
  const wrong = page.locator("#diagnostics li");
  expect(await wrong.first().textContent()).toMatch(/^line 6 .*did you mean "store"\?/);
  expect(await page.locator(".editor pre .wrong").allTextContents()).toEqual(["6\n"]);
  expect(await page.locator("textarea").getAttribute("aria-invalid")).toBe("true");
  expect(await page.getByRole("button", { name: "Check every order" }).isDisabled()).toBe(true);
  await wrong.first().getByRole("button").click();
  const caret = await page.evaluate("document.querySelector('textarea').selectionStart");
  expect(caret).toBe("arch x86\ncpus 1\nvar x 8\n\nP: open e write x\nP: ".length);
});

test("a scenario of one's own is run line by line, and checked on the machine that is picked", async () => {
  await using watched = await openWatched(browser);
  const { page, complaints } = watched;
  await open(page, "#own");
  await settled(page);
  await write(
    page,
    "arch x86\ncpus 1\nvar x 8\n\nP: open e write x\nP: store x\n\nexpect count e 2\n",
  );
  await page.getByRole("button", { name: "Run line by line" }).click();
  await soon(() => page.textContent(".run-result h2")).toBe("Not as expected");
  await page.click(".run-result summary");
  expect(await page.textContent(".run-result tr.bad")).toContain("expect count e 2");
  await page.selectOption(".machine label:has-text('Architecture') select", "powerpc-dawr");
  expect(await page.inputValue("textarea")).toMatch(/^arch powerpc-dawr design c\ncpus 1\n/);
  await page.selectOption(".machine label:has-text('Design') select", "d");
  await page.click(".fixes summary");
  await page.getByRole("checkbox", { name: /Z31 \(/ }).uncheck();
  expect(await page.inputValue("textarea")).toMatch(
    /^arch powerpc-dawr design d\nwithout fix Z31\ncpus 1\n/,
  );
  await page.getByRole("button", { name: "Check every order" }).click();
  await soon(() => page.textContent(".model-head h2")).toContain("expectation");
  expect(complaints).toEqual([]);
});

test("a search that takes long tells how far it is, and is stopped with what was explored", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page, "#own");
  await settled(page);
  await page.selectOption(".workbench > label select", "scenarios/proofs/swap-four.scn");
  await page.getByRole("button", { name: "Check every order" }).click();
  const work = page.locator(".work");
  await soon(() => work.textContent()).toMatch(/[\d,]+ a second, depth/);
  await page.getByRole("button", { name: "Stop" }).click();
  await soon(() => page.textContent(".run-result h2")).toBe(
    "No failure in what was explored, which is not all",
  );
  expect(await page.textContent(".run-result .soft")).toContain(
    "ended at its bound of interrupted",
  );
});

test("a link to a counterexample shows the same run at the same step", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page, "#per-cpu");
  await settled(page);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.waitForURL(/#trapline1-.*&step=39$/);
  await using other = await openWatched(browser);
  await open(other.page, new URL(page.url()).hash);
  await soon(() => other.page.textContent(".controls output b")).toBe("39");
  expect(await other.page.textContent(".model-head h2")).toContain("missed-hit");
  expect(await other.page.inputValue("textarea")).toContain("arch powerpc-dawr design per-cpu");
  expect(other.complaints).toEqual([]);
});

test("a damaged link says so", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page, "#trapline1-AAAAAAAAAAAA");
  await soon(() => page.textContent(".refused")).toContain("the link is damaged");
});

test("a screen reader finds landmarks, headings, controls, the result and the step", async () => {
  await using watched = await openWatched(browser);
  const { page } = watched;
  await open(page);
  await settled(page);
  const spoken = await page.locator("body").ariaSnapshot();
  const still = spoken.replaceAll(/\d+\.\d+ s/g, "0.00 s").replace(/found after a.*/, "found");
  await expect(still).toMatchFileSnapshot("snapshots/spoken-playground.txt");
});

test.each([
  ["desktop-light", DESKTOP, "light", ""],
  ["desktop-dark", DESKTOP, "dark", "#design-d"],
  ["phone-light", PHONE, "light", "#swap"],
  ["phone-dark", PHONE, "dark", "#own"],
] as const)("the guide fits and looks as it did: %s", async (name, viewport, colorScheme, at) => {
  await using watched = await openWatched(browser, { viewport, colorScheme });
  const { page } = watched;
  await open(page, at);
  await settled(page);
  const width = await page.evaluate("document.documentElement.scrollWidth");
  expect(width).toBeLessThanOrEqual(viewport.width);
  await expectPicture(page, `playground-${name}`);
});
