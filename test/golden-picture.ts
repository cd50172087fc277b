import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { differenceOf, readPng } from "./png.ts";

const FOLDER = join(import.meta.dirname, "golden");
/** Fonts differ from one machine to the next; what is laid out in another way differs by far more. */
const MOST_DIFFERENCE = 0.04;

/**
 * Compares what a page looks like with the picture that is kept, and says where the new one is if they
 * differ. UPDATE_PICTURES=1 keeps the new one: look at it first.
 */
export async function expectPicture(page: Page, name: string): Promise<void> {
  const now = await page.screenshot({ animations: "disabled", caret: "hide" });
  const path = join(FOLDER, `${name}.png`);
  if (process.env.UPDATE_PICTURES === "1" || !existsSync(path)) {
    expect(process.env.CI, `${path} is not there to compare with`).toBeUndefined();
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, now);
    return;
  }
  const difference = differenceOf(readPng(readFileSync(path)), readPng(now));
  const differing = join(FOLDER, `${name}.now.png`);
  if (difference > MOST_DIFFERENCE) writeFileSync(differing, now);
  expect(difference, `see ${differing}`).toBeLessThanOrEqual(MOST_DIFFERENCE);
}
