import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { readPageFiles } from "../src/cli/page-files.ts";
import { PageServer } from "../src/cli/page-server.ts";
import { FileFeed } from "../src/cli/recording-feed.ts";
import { openWatched, startBrowser } from "../test/browser-page.ts";
import { recordingOfHits } from "./million-hits.ts";
import { livePage } from "./page-live.ts";
import { scratch } from "./target.ts";

/**
 * How fast the page is: opening a million hits, panning and zooming in them, and what it costs a
 * program that is being watched to be looked at. `npm run bench:page`; root for the last of them.
 * With `million` or `live` behind it only that.
 */
const HITS = 1_000_000;
const GESTURE_MS = 4_000;

/** What is measured, and what it may be. */
export interface Measured {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
  readonly isMet: boolean;
}

const [, , part] = process.argv;
const page = await readPageFiles();
const bytes = Object.values(page).reduce((sum, text) => sum + gzipSync(text).length, 0);
const results: Measured[] = [
  {
    ...{ what: "code, compressed", value: `${(bytes / 1000).toFixed(1)} kB` },
    ...{ goal: "≤ 250 kB", isMet: bytes <= 250_000 },
  },
  ...(part === "live" ? [] : await million()),
  ...(part === "million" ? [] : await livePage()),
];
for (const { what, value, goal, isMet } of results) {
  console.log(`${isMet ? "ok  " : "MISS"} ${what}: ${value} (${goal})`);
}
process.exitCode = results.every(({ isMet }) => isMet) ? 0 : 1;

async function million(): Promise<readonly Measured[]> {
  const path = join(scratch("million.trap"));
  writeFileSync(path, recordingOfHits(HITS));
  const server = await PageServer.start(page, FileFeed.whole(path), undefined);
  const browser = await startBrowser();
  try {
    await using watched = await openWatched(browser);
    await watched.page.goto(server.url);
    const openMs = await shownAfter(watched.page);
    const zoom = await framesPerSecond(watched.page, "zoom");
    const pan = await framesPerSecond(watched.page, "pan");
    if (watched.complaints.length > 0) throw new Error(watched.complaints.join("\n"));
    return [
      {
        ...{ what: `${HITS} hits opened`, value: `${openMs.toFixed(0)} ms` },
        ...{ goal: "< 2 s", isMet: openMs < 2_000 },
      },
      ...[zoom, pan].map((rate, at) => ({
        ...{ what: at === 0 ? "zooming" : "panning", value: `${rate.toFixed(1)} frames/s` },
        ...{ goal: "≥ 50", isMet: rate >= 50 },
      })),
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Ms from the navigation to the first picture of all hits. */
async function shownAfter(page: Page): Promise<number> {
  await page.waitForFunction(() => performance.getEntriesByName("drawn").length > 0);
  return await page.evaluate(() => performance.getEntriesByName("drawn")[0]?.startTime ?? 0);
}

/** Turns the wheel 60 times a second, in and out or there and back, and counts the pictures. */
async function framesPerSecond(page: Page, how: "zoom" | "pan"): Promise<number> {
  const box = await page.locator(".lanes canvas").boundingBox();
  if (box === null) throw new Error("there are no lanes");
  await page.mouse.move(box.x + box.width / 3, box.y + 20);
  const drawn = async () => Number(await page.locator(".timeline").getAttribute("data-drawn"));
  const turned: Promise<void>[] = [];
  const [start, before] = [performance.now(), await drawn()];
  for (let now = start; now - start < GESTURE_MS; now = performance.now()) {
    const by = Math.floor((now - start) / 1_000) % 2 === 0 ? -30 : 30;
    // A mouse does not wait for the page either.
    turned.push(how === "zoom" ? page.mouse.wheel(0, by) : page.mouse.wheel(-by, 0));
    await sleep(10);
  }
  await Promise.all(turned);
  return (1_000 * ((await drawn()) - before)) / (performance.now() - start);
}
