import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";

/** So many pixels of a screenshot are one when two are compared: letters blur, places stay. */
const COARSE = 8;
/** Of 255, how far the same place may differ on average: fonts are not the same everywhere. */
const TOLERANCE = 6;

/**
 * Holds a screenshot against the one that is kept: for layout, not for letters. With UPDATE_GOLDEN=1,
 * or where none is kept yet, this one is kept.
 */
export async function expectLooks(browser: Browser, page: Page, path: string): Promise<void> {
  const now = await page.screenshot();
  if (process.env.UPDATE_GOLDEN === "1" || !existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, now);
    return;
  }
  const difference = await differenceOf(browser, readFileSync(path), now);
  const hint = `${path} looks different by ${difference}: look at both; UPDATE_GOLDEN=1 keeps the new one`;
  expect(difference, hint).toBeLessThanOrEqual(TOLERANCE);
}

/** How far two images differ on average; 255 where their sizes do. A browser can decode them. */
async function differenceOf(browser: Browser, one: Buffer, other: Buffer): Promise<number> {
  const page = await browser.newPage();
  try {
    const urls = [one, other].map((it) => `data:image/png;base64,${it.toString("base64")}`);
    const asked = JSON.stringify({ urls, coarse: COARSE });
    return Number(await page.evaluate(`(${COMPARE})(${asked})`));
  } finally {
    await page.close();
  }
}

/** Runs in the browser: a text, for this side has no types of that one. */
const COMPARE = `async ({ urls, coarse }) => {
  const decode = async (url) => createImageBitmap(await (await fetch(url)).blob());
  const [one, other] = await Promise.all(urls.map(decode));
  if (one.width !== other.width || one.height !== other.height) return 255;
  const [width, height] = [Math.ceil(one.width / coarse), Math.ceil(one.height / coarse)];
  const pixels = (image) => {
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  };
  const [first, second] = [pixels(one), pixels(other)];
  return first.reduce((sum, value, at) => sum + Math.abs(value - second[at]), 0) / first.length;
}`;
