import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { test } from "vitest";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Debian and others put a browser that can be driven. */
export const browserPath = BROWSERS.find((path) => existsSync(path));

/** The test function of a file that drives a browser, or one that skips each test and says why. */
export function requiresBrowser() {
  if (browserPath !== undefined) return test;
  console.warn("skipped: needs a browser: apt-get install chromium");
  return test.skip;
}

// Nothing is to go out, so nothing that a browser does by itself either.
const QUIET = [
  ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export const DESKTOP = { width: 1280, height: 720 } as const;
export const PHONE = { width: 390, height: 844 } as const;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath ?? "", args: QUIET });
}

/** A page, and all that it did which it should not have. */
export interface Watched extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors, and what the console has, where broken rules of its policy are told. */
  readonly complaints: readonly string[];
  /** What it asked for, in order. */
  readonly requests: readonly string[];
}

export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly hasTouch?: boolean;
}

/** An empty page that is watched. */
export async function openWatched(browser: Browser, look: Look = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: DESKTOP, ...look });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "log") complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => requests.push(request.url()));
  return {
    ...{ page, context, complaints, requests },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
