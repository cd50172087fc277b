import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type Damage, RecordingError, RecordingReader } from "../recording/index.ts";
import { openBrowser } from "./open-browser.ts";
import { readPageFiles } from "./page-files.ts";
import { pageInOneFile } from "./page-in-one-file.ts";
import { PageServer } from "./page-server.ts";
import { FileFeed } from "./recording-feed.ts";
import { UsageError } from "./usage-error.ts";

/** Serves the page with a recording until Ctrl-C. */
export async function showRecording(
  path: string,
  { port, open }: { readonly port: number | undefined; readonly open: boolean },
): Promise<void> {
  const feed = FileFeed.whole(path);
  await refuseOthers(path, feed);
  const server = await PageServer.start(await readPageFiles(), feed, port);
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  console.log(server.url);
  await tellWhereToLook(server.url, open);
  // It can be long: it is looked through while people look at it.
  tellDamage(path, await damageOf(path, feed));
  await interrupted;
  await server.close();
}

/** Opens the browser, or says why not and what to do. */
export async function tellWhereToLook(url: string, open: boolean): Promise<void> {
  const why = open ? await openBrowser(url) : "as asked";
  const where = why === undefined ? "in the browser" : `no browser opened (${why}): open the URL`;
  console.error(`trapline: ${where}: Ctrl-C ends`);
}

/** Writes the page with the recording in it. */
export async function writeOneFile(path: string, to: string): Promise<void> {
  const bytes = readWhole(path);
  const reader = new RecordingReader({});
  const damage = asUsage(path, () => {
    reader.push(bytes);
    return reader.end();
  });
  const html = pageInOneFile(await readPageFiles(), bytes);
  try {
    writeFileSync(to, html);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--html ${to}: it cannot be written: ${reason}`);
  }
  tellDamage(path, damage);
}

/** What is no recording is not worth a page: its first bytes tell. */
async function refuseOthers(path: string, feed: FileFeed): Promise<void> {
  const reader = new RecordingReader({});
  for await (const bytes of feed.bytes()) {
    asUsage(path, () => reader.push(bytes));
    if (bytes.length < (feed.size ?? 0)) return;
  }
  asUsage(path, () => reader.end());
}

async function damageOf(path: string, feed: FileFeed): Promise<readonly Damage[]> {
  const reader = new RecordingReader({});
  for await (const bytes of feed.bytes()) asUsage(path, () => reader.push(bytes));
  return asUsage(path, () => reader.end());
}

function tellDamage(path: string, damage: readonly Damage[]): void {
  if (damage.length === 0) return;
  const what = damage.map(({ text }) => text).join("; ");
  console.error(`trapline: ${path}: ${what}: the rest is shown: record again to have all`);
}

function asUsage<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

function readWhole(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path}: it cannot be read: ${reason}`);
  }
}
