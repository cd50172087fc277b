import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPageFiles } from "./page-files.ts";
import { PageServer } from "./page-server.ts";
import { FileFeed } from "./recording-feed.ts";
import { RecordingFile } from "./recording-file.ts";
import { tellWhereToLook } from "./show-recording.ts";

/**
 * The page of a watch that runs. It is fed from the watch's recording, as it is written: what a slow
 * reader has not read yet waits in the file, and neither the watch nor its memory has to.
 */
export class WatchPage {
  readonly file: RecordingFile;
  private readonly feed: FileFeed;
  private readonly server: PageServer;

  private constructor(file: RecordingFile, feed: FileFeed, server: PageServer) {
    this.file = file;
    this.feed = feed;
    this.server = server;
  }

  /** Before anything is armed: what cannot be had is told at once, and the page is ready in time. */
  static async prepare(of: {
    readonly recordTo: string | undefined;
    readonly port: number | undefined;
  }): Promise<WatchPage> {
    const path = of.recordTo ?? temporaryPath();
    const feed = FileFeed.growing(path);
    const file = new RecordingFile(path, "-o", (size) => feed.grew(size));
    try {
      return new WatchPage(
        file,
        feed,
        await PageServer.start(await readPageFiles(), feed, of.port),
      );
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The registers are armed: there is something to see. */
  async open(): Promise<void> {
    console.error(`trapline: ${this.server.url}`);
    await tellWhereToLook(this.server.url, true);
  }

  /** Nothing was armed after all. */
  async cancel(): Promise<void> {
    this.file.close();
    this.feed.end();
    await this.server.close();
  }

  /** The watch is over. Who looks may go on looking, unless it was ended by hand. */
  async end({ byHand }: { readonly byHand: boolean }): Promise<void> {
    this.feed.end();
    if (!byHand) {
      console.error(`trapline: the page stays until Ctrl-C: ${this.server.url}`);
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    }
    await this.server.close();
  }
}

/** Where nobody asked for a file there is one for as long as we run. */
function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "trapline-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "watch.trap");
}
