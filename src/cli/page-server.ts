import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assert } from "../base/index.ts";
import type { PageFiles } from "./page-files.ts";
import { SERVED_POLICY } from "./page-policy.ts";
import type { RecordingFeed } from "./recording-feed.ts";
import { UsageError } from "./usage-error.ts";

const HOST = "127.0.0.1";
/** 192 bits: who is not told cannot guess. */
const TOKEN_BYTES = 24;
/** For those who are still being told when we end. */
const PATIENCE_MS = 2_000;
/** As `src/web/shell/recording-source.ts` asks for it. */
const LIVE_HEADER = "trapline-live";

const HEADERS = {
  "content-security-policy": SERVED_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/**
 * Serves the page and its recording to whoever on this machine knows the URL. Other pages in the same
 * browser do not: there is no way in without the token, nor by a name that leads to this address.
 */
export class PageServer {
  readonly url: string;
  private readonly server: Server;
  private readonly files: Readonly<Record<string, readonly [type: string, body: string]>>;
  private readonly token: Buffer;
  private readonly hosts: ReadonlySet<string>;
  private readonly feed: RecordingFeed;

  private constructor(server: Server, page: PageFiles, feed: RecordingFeed) {
    const address = server.address();
    assert(typeof address === "object" && address !== null, "a server that listens has a port");
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    this.server = server;
    this.feed = feed;
    this.token = Buffer.from(token);
    this.hosts = new Set([HOST, "localhost"].map((host) => `${host}:${address.port}`));
    this.url = `http://${HOST}:${address.port}/${token}/`;
    this.files = {
      "": ["text/html; charset=utf-8", page.html],
      "page.js": ["text/javascript; charset=utf-8", page.script],
      "page.css": ["text/css; charset=utf-8", page.style],
    };
    server.on("request", (request, response) => this.answer(request, response));
  }

  /** Begins to listen; on any free port if `port` is undefined. */
  static async start(
    page: PageFiles,
    feed: RecordingFeed,
    port: number | undefined,
  ): Promise<PageServer> {
    const server = createServer();
    try {
      await once(server.listen(port ?? 0, HOST), "listening");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      const why =
        code === "EADDRINUSE"
          ? "another program has it: give another port, or none for any that is free"
          : code === "EACCES"
            ? "ports below 1024 are root's: give a higher one, or none for any that is free"
            : String(error);
      throw new UsageError(`--port ${port}: ${why}`);
    }
    return new PageServer(server, page, feed);
  }

  /** Ends when everybody has what there is, or has had time enough to get it. */
  async close(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeIdleConnections();
    const patience = setTimeout(() => this.server.closeAllConnections(), PATIENCE_MS);
    await closed;
    clearTimeout(patience);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const [, token = "", ...rest] = (request.url ?? "").split("/");
    const name = rest.join("/");
    const file = Object.hasOwn(this.files, name) ? this.files[name] : undefined;
    // A page elsewhere whose name was made to mean this address sends that name.
    if (!this.hosts.has(request.headers.host ?? "")) refuse(response, 403);
    else if (!this.isToken(token) || rest.length === 0) refuse(response, 404);
    else if (request.method !== "GET") refuse(response, 405);
    else if (name === "recording") this.feedTo(response);
    else if (file === undefined) refuse(response, 404);
    else {
      const [type, body] = file;
      response.setHeader("content-type", type).end(body);
    }
  }

  private isToken(text: string): boolean {
    const given = Buffer.from(text);
    return given.length === this.token.length && timingSafeEqual(given, this.token);
  }

  private feedTo(response: ServerResponse): void {
    const { size, isLive } = this.feed;
    response.setHeader("content-type", "application/octet-stream");
    if (size !== undefined) response.setHeader("content-length", size);
    if (isLive) response.setHeader(LIVE_HEADER, "1");
    response.flushHeaders();
    // Who goes away has had enough; whoever cannot be read to its end is told by the broken answer.
    pipeline(Readable.from(this.feed.bytes(), { objectMode: false }), response).catch(() => {
      response.destroy();
    });
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/plain" }).end();
}
