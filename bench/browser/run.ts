import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { rolldown } from "rolldown";
import { SCENARIO } from "./scenario.ts";
import type { Explored } from "./worker.ts";

/**
 * How fast the explorer is in a browser, on K and on the hw_breakpoint model, in one worker, in code
 * that is bundled and minified as the playground's is (`apt install chromium`).
 *
 *     node bench/browser/run.ts
 */
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a browser is that can run without a screen; undefined if there is none. */
export function findBrowser(): string | undefined {
  return BROWSERS.find((path) => existsSync(path));
}

/** Has a browser explore, and returns what it found. */
export async function exploreInBrowser(browser: string): Promise<readonly Explored[]> {
  const script = await bundle();
  const answer = Promise.withResolvers<string>();
  const server = serve(script, answer.resolve);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const profile = mkdtempSync(join(tmpdir(), "trapline-browser-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
  const child = spawn(browser, [...flags, `http://127.0.0.1:${port}/`], { stdio: "ignore" });
  child.on("exit", (code) => answer.reject(new Error(`${browser} ended with status ${code}`)));
  try {
    const explored: unknown = JSON.parse(await answer.promise);
    if (!isListOfExplored(explored)) throw new Error(`the page says ${JSON.stringify(explored)}`);
    return explored;
  } finally {
    child.removeAllListeners("exit");
    child.kill();
    await once(child, "exit");
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function bundle(): Promise<string> {
  await using bundled = await rolldown({
    input: resolve(import.meta.dirname, "worker.ts"),
    platform: "browser",
  });
  const { output } = await bundled.generate({ format: "esm", minify: true });
  return output[0].code;
}

function serve(script: string, answered: (body: string) => void): Server {
  const pages: Readonly<Record<string, readonly [type: string, body: string]>> = {
    "/": ["text/html", '<!doctype html><script src="/page.js"></script>'],
    "/page.js": ["text/javascript", 'new Worker("/worker.js", { type: "module" });'],
    "/worker.js": ["text/javascript", script],
    "/scenario": ["text/plain", SCENARIO],
  };
  return createServer(async (request, response) => {
    if (request.method === "POST") answered(await text(request));
    const [type, body] = pages[request.url ?? ""] ?? ["text/plain", ""];
    response.setHeader("content-type", type).end(body);
  });
}

function isListOfExplored(it: unknown): it is readonly Explored[] {
  return Array.isArray(it) && it.every((one) => typeof one === "object" && "states" in one);
}

if (import.meta.main) {
  const browser = findBrowser();
  if (browser === undefined) throw new Error("no browser: apt install chromium");
  for (const { name, states, transitions, seconds } of await exploreInBrowser(browser)) {
    const rate = Math.round(states / seconds).toLocaleString("en");
    console.log(`${name}: ${states} states, ${transitions} transitions, ${rate} states/s`);
  }
}
