import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, test as always, beforeAll, expect } from "vitest";
import { type PageFiles, readPageFiles } from "../src/cli/page-files.ts";
import { pageInOneFile } from "../src/cli/page-in-one-file.ts";
import { PageServer } from "../src/cli/page-server.ts";
import { FileFeed } from "../src/cli/recording-feed.ts";
import {
  DESKTOP,
  type Look,
  openWatched,
  PHONE,
  requiresBrowser,
  startBrowser,
  type Watched,
} from "./browser-page.ts";
import { expectPicture } from "./golden-picture.ts";
import { bankRecording } from "./page-recording.ts";

const test = requiresBrowser();
const folder = mkdtempSync(join(tmpdir(), "trapline-page-"));
let files: PageFiles;
let browser: Browser | undefined;
let server: PageServer | undefined;

beforeAll(async () => {
  files = await readPageFiles();
  const path = join(folder, "bank.trap");
  writeFileSync(path, bankRecording());
  server = await PageServer.start(files, FileFeed.whole(path), undefined);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

function url(): string {
  return server?.url ?? "";
}

/** The bank's recording in a browser, drawn. */
async function bank(look: Look = {}): Promise<Watched> {
  browser ??= await startBrowser();
  const watched = await openWatched(browser, look);
  await watched.page.goto(url());
  await drawn(watched.page);
  return watched;
}

async function drawn(page: Page): Promise<void> {
  await page.locator(".timeline[data-drawn]").waitFor();
}

/** Each row of the table of writers: its code and how often. */
async function writers(page: Page): Promise<readonly string[]> {
  const rows = await page.locator(".writers tbody tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const code = await row.locator("th code").textContent();
      return `${code} ${await row.locator("td.number").first().textContent()}`;
    }),
  );
}

async function seconds(page: Page): Promise<number> {
  const text = (await page.locator(".seen").textContent()) ?? "";
  return Number.parseFloat(text) / (text.endsWith("µs") ? 1e6 : 1);
}

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not seen`);
  return box;
}

always("the page's code is no more than 250 kB, compressed", () => {
  const sizes = Object.values(files).map((text) => gzipSync(text).length);
  const size = sizes.reduce((sum, it) => sum + it, 0);
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThanOrEqual(250_000);
});

test("it opens: lanes, writers and what is missing; nothing is complained of or asked elsewhere", async () => {
  await using watched = await bank();
  const { page, complaints, requests } = watched;
  expect(await page.locator("h1").textContent()).toBe("account.balance (0x404030/8:w)");
  expect(await page.locator(".labels li").allTextContents()).toEqual(
    expect.arrayContaining(["bank 100", "teller 101", "teller 102", "teller 103"]),
  );
  expect(await writers(page)).toEqual([
    expect.stringMatching(/^(deposit|withdraw) bank\.c:\d+ 9\d\d$/),
    expect.stringMatching(/^(deposit|withdraw) bank\.c:\d+ 9\d\d$/),
    "audit bank.c:14 40",
  ]);
  expect(await page.locator(".notices summary").textContent()).toBe(
    "Not everything is here: 7 hits were lost: enlarge the ring with --ring; not watched 1 time",
  );
  const { origin } = new URL(url());
  expect(requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the wheel zooms around the pointer, keys zoom and move, 0 shows all", async () => {
  await using watched = await bank();
  const { page } = watched;
  expect(await seconds(page)).toBe(3);
  const { x, y, width } = await boxOf(page, ".lanes canvas");
  await page.mouse.move(x + width / 2, y + 10);
  await page.mouse.wheel(0, -500);
  await expect.poll(() => seconds(page)).toBeLessThan(2);
  await page.locator(".timeline").focus();
  const before = await seconds(page);
  await page.keyboard.press("+");
  await expect.poll(() => seconds(page)).toBeCloseTo(before / 2, 4);
  await page.keyboard.press("d");
  await page.keyboard.press("-");
  await expect.poll(() => seconds(page)).toBeCloseTo(before, 4);
  await page.keyboard.press("0");
  await expect.poll(() => seconds(page)).toBe(3);
});

test("a drag marks time: the table is of it alone, z zooms to it, Esc lets it go", async () => {
  await using watched = await bank();
  const { page } = watched;
  const { x, y, width } = await boxOf(page, ".values");
  await page.mouse.move(x + width / 3, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + (2 * width) / 3, y + 60, { steps: 5 });
  await page.mouse.up();
  const heading = page.locator(".writers h2");
  await expect.poll(() => heading.textContent()).toMatch(/66\d hits in 1\.0.* the marked time/);
  await page.locator(".timeline").focus();
  await page.keyboard.press("z");
  await expect.poll(() => seconds(page)).toBeCloseTo(1, 1);
  await page.keyboard.press("Escape");
  await expect.poll(() => heading.textContent()).toMatch(/2,000 hits in 3\.0/);
});

test("a drag in the overview chooses what is seen", async () => {
  await using watched = await bank();
  const { page } = watched;
  const { x, y, width } = await boxOf(page, ".overview");
  await page.mouse.move(x + width / 4, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + 20, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => seconds(page)).toBeCloseTo(0.75, 1);
});

test("thread, function, value, time and writer filter; what is not understood is told", async () => {
  await using watched = await bank();
  const { page } = watched;
  const total = () => page.locator(".writers h2 .soft").textContent();
  await page.getByLabel("thread", { exact: true }).fill("bank");
  await expect.poll(() => writers(page)).toEqual(["audit bank.c:14 40"]);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("function").fill("depo");
  await expect.poll(() => writers(page)).toEqual([expect.stringMatching(/^deposit/)]);
  await page.getByLabel("function").fill("");
  await page.getByLabel("value").fill("many");
  await page.getByRole("alert").waitFor();
  expect(await total()).toContain("2,000 hits");
  await page.getByLabel("value").fill("100000..100500");
  await expect.poll(total).not.toContain("2,000 hits");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("from", { exact: true }).fill("1");
  await page.getByLabel("from", { exact: true }).press("Enter");
  await page.getByLabel("to", { exact: true }).fill("1.5");
  await page.getByLabel("to", { exact: true }).press("Enter");
  await expect.poll(total).toContain("33");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: /audit/ }).click();
  await expect.poll(() => writers(page)).toEqual(["audit bank.c:14 40"]);
  await page.getByRole("button", { name: "CPUs" }).click();
  await expect.poll(() => page.locator(".labels li").allTextContents()).toEqual(["CPU 0"]);
});

test("arrows go from hit to hit; panel and screen reader have value, code, chain and source", async () => {
  await using watched = await bank();
  const { page } = watched;
  await page.locator(".timeline").focus();
  await page.keyboard.press("Home");
  const panel = page.locator(".panel");
  await expect.poll(() => panel.locator("h2").textContent()).toBe("Hit 1 of 2,000");
  expect(await panel.textContent()).toContain("mov qword ptr [rip+0x2d8a], rax");
  expect(await panel.locator(".stack li").allTextContents()).toEqual([
    "audit bank.c:14 (bank)",
    "main bank.c:40 (bank)",
  ]);
  const current = panel.locator(".source li[aria-current]");
  expect(await current.textContent()).toBe("\taccount.balance = account.balance / 10 * 10;");
  const spoken = page.locator("[aria-live]");
  expect(await spoken.textContent()).toBe(
    "Hit 1 of 2,000, 0.000000 s, bank 100 on CPU 0, audit bank.c:14, 100000 to 100000",
  );
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => spoken.textContent()).toMatch(/^Hit 51 of .* audit/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("n");
  await expect.poll(() => spoken.textContent()).toMatch(/^Hit 2 of .* teller/);
  await page.keyboard.press("End");
  await expect.poll(() => spoken.textContent()).toMatch(/^Hit 2,000 of/);
});

test("the hit under the pointer is in the panel, a click goes to it", async () => {
  await using watched = await bank();
  const { page } = watched;
  const { x, y, width } = await boxOf(page, ".values");
  await page.mouse.move(x + width / 2, y + 50);
  const heading = page.locator(".panel h2");
  await expect.poll(() => heading.textContent()).toMatch(/^Hit (99\d|1,00\d) of/);
  await page.mouse.click(x + width / 2, y + 50);
  await page.mouse.move(x + width / 2, y - 300);
  await expect.poll(() => heading.textContent()).toMatch(/^Hit (99\d|1,00\d) of/);
  await expect.poll(() => page.locator("[aria-live]").textContent()).toMatch(/^Hit/);
});

test("what is missing leads to its time, and ? shows all keys", async () => {
  await using watched = await bank();
  const { page } = watched;
  await page.locator(".notices summary").click();
  await page.getByRole("button", { name: /7 hits lost/ }).click();
  await expect.poll(() => seconds(page)).toBeCloseTo(0.25, 2);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("the mailed file opens without a network, and asks for nothing", async () => {
  browser ??= await startBrowser();
  const path = join(folder, "bank.html");
  writeFileSync(path, pageInOneFile(files, bankRecording()));
  await using watched = await openWatched(browser);
  const { page, context, requests, complaints } = watched;
  await context.setOffline(true);
  await page.goto(`file://${path}`);
  await drawn(page);
  expect(await writers(page)).toHaveLength(3);
  expect(requests).toEqual([`file://${path}`]);
  expect(complaints).toEqual([]);
});

test("a recording that was cut says what is missing, and shows the rest", async () => {
  const path = join(folder, "cut.trap");
  writeFileSync(path, bankRecording(60_000).subarray(0, 200_000));
  const cut = await PageServer.start(files, FileFeed.whole(path), undefined);
  browser ??= await startBrowser();
  await using watched = await openWatched(browser);
  await watched.page.goto(cut.url);
  await drawn(watched.page);
  const summary = await watched.page.locator(".notices summary").textContent();
  expect(summary).toMatch(/the last \d+ bytes are part of a frame .* it has no summary/);
  expect(await writers(watched.page)).toHaveLength(3);
  await cut.close();
});

test("a screen reader finds landmarks, headings, controls and the hit that is gone to", async () => {
  await using watched = await bank();
  const { page } = watched;
  await page.locator(".timeline").focus();
  await page.keyboard.press("Home");
  await expect.poll(() => page.locator("[aria-live]").textContent()).toMatch(/^Hit 1 of/);
  await expect(await page.locator("body").ariaSnapshot()).toMatchFileSnapshot(
    "snapshots/spoken-live.txt",
  );
});

const ON_A_PHONE: Look = { viewport: PHONE, hasTouch: true };

type Finger = readonly [x: number, y: number];

/** Fingers that go from one place to another, as the browser has it of a screen. */
async function drag({ page, context }: Watched, from: readonly Finger[], to: readonly Finger[]) {
  const session = await context.newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", fingers: readonly Finger[]) => {
    const touchPoints = fingers.map(([x, y], id) => ({ x, y, id }));
    return session.send("Input.dispatchTouchEvent", { type, touchPoints });
  };
  await send("touchStart", from);
  const between = (share: number) =>
    from.map(([x, y], at): Finger => {
      const [toX = x, toY = y] = to[at] ?? [];
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  for (let step = 1; step <= 10; step++) await send("touchMove", between(step / 10));
  await send("touchEnd", []);
  await session.detach();
}

/** From when to when is seen, in seconds. */
async function windowOf(page: Page): Promise<readonly [from: number, to: number]> {
  await page.locator(".timeline").focus();
  await page.keyboard.press("m");
  const [from, to] = await Promise.all(
    ["from", "to"].map((name) => page.getByLabel(name, { exact: true }).inputValue()),
  );
  await page.keyboard.press("Escape");
  return [Number(from), Number(to)];
}

test("on a phone two fingers zoom: what is below each stays there", async () => {
  await using watched = await bank(ON_A_PHONE);
  const { page } = watched;
  for (const part of [".lanes canvas", ".values"]) {
    const { x, y, width, height } = await boxOf(page, part);
    const at = (share: number, down = 0.5): Finger => [x + share * width, y + down * height];
    await drag(watched, [at(0.4), at(0.6)], [at(0.2), at(0.8)]);
    await expect.poll(() => seconds(page)).toBeCloseTo(1, 1);
    const [from, to] = await windowOf(page);
    expect([from, to]).toEqual([expect.closeTo(1, 1), expect.closeTo(2, 1)]);
    await drag(watched, [at(0.2), at(0.8)], [at(0.4), at(0.6)]);
    await expect.poll(() => seconds(page)).toBeCloseTo(3, 1);
    expect(await page.locator(".panel h2").textContent()).not.toMatch(/^Hit/); // it was no tap
  }
});

test("on a phone one finger moves time, and scrolls the page where it goes up", async () => {
  // So low that there is something to scroll.
  const viewport = { width: PHONE.width, height: 560 };
  await using watched = await bank({ ...ON_A_PHONE, viewport });
  const { page } = watched;
  await page.locator(".timeline").focus(); // which may scroll it into sight
  const { x, y, width, height } = await boxOf(page, ".values");
  const at = (share: number, down = 0.5): Finger => [x + share * width, y + down * height];
  await drag(watched, [at(0.4), at(0.6)], [at(0.2), at(0.8)]);
  const [before] = await windowOf(page);
  await drag(watched, [at(0.7)], [at(0.2)]);
  const [from, to] = await windowOf(page);
  expect(from - before).toBeCloseTo(0.5, 1);
  expect(to - from).toBeCloseTo(1, 1);
  const scrolled = () => page.evaluate("scrollY").then(Number);
  const top = await scrolled();
  const [, end] = await windowOf(page);
  await drag(watched, [at(0.5)], [at(0.5, -1)]);
  await expect.poll(scrolled).toBeGreaterThan(top + 20);
  expect((await windowOf(page))[1]).toBeCloseTo(end, 2);
});

test("on a phone a tap goes to a hit", async () => {
  await using watched = await bank(ON_A_PHONE);
  const { page } = watched;
  const { x, y, width, height } = await boxOf(page, ".values");
  await page.touchscreen.tap(x + width / 2, y + height / 2);
  await expect
    .poll(() => page.locator(".panel h2").textContent())
    .toMatch(/^Hit (9\d\d|1,0\d\d) of/);
});

const LOOKS: readonly [name: string, look: Look][] = [
  ["desktop-light", { viewport: DESKTOP, colorScheme: "light" }],
  ["desktop-dark", { viewport: DESKTOP, colorScheme: "dark" }],
  ["phone-light", { viewport: PHONE, colorScheme: "light", hasTouch: true }],
  ["phone-dark", { viewport: PHONE, colorScheme: "dark", hasTouch: true }],
];

for (const [name, look] of LOOKS) {
  test(`live view, ${name}: it is laid out as it was, and nothing is wider than the page`, async () => {
    await using watched = await bank(look);
    const { page } = watched;
    await page.locator(".timeline").focus();
    for (let times = 0; times < 3; times += 1) await page.keyboard.press("n");
    await expect.poll(() => page.locator(".panel h2").textContent()).toMatch(/^Hit 3 /);
    const parts = [".live > header", ".filters", ".timeline", ".panel", ".writers"];
    for (const part of parts) {
      const { x, width } = await boxOf(page, part);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual((look.viewport ?? DESKTOP).width);
    }
    await expectPicture(page, `live-${name}`);
  });
}
