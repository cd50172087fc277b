import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { PageServer } from "./page-server.ts";
import { FileFeed } from "./recording-feed.ts";

const folder = mkdtempSync(join(tmpdir(), "trapline-server-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PAGE = { html: "<!doctype html>", script: "0", style: "a{}" };

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** As any program on this machine could ask, whatever a browser would let it. */
function ask(
  url: string,
  { method = "GET", host }: { method?: string; host?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, ...(host === undefined ? {} : { headers: { host } }) });
    asked.on("error", reject);
    asked.on("response", async (response) => {
      const { statusCode: status, headers } = response;
      resolve({ status, headers, body: await buffer(response) });
    });
    asked.end();
  });
}

function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("who knows the URL gets the page and the recording, byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
  const feed = FileFeed.whole(fileOf("whole", bytes));
  const server = await PageServer.start(PAGE, feed, undefined);
  expect((await ask(server.url)).body.toString()).toBe(PAGE.html);
  expect((await ask(`${server.url}page.js`)).body.toString()).toBe(PAGE.script);
  expect((await ask(`${server.url}page.css`)).headers["content-type"]).toContain("text/css");
  const { body, headers } = await ask(`${server.url}recording`);
  expect(body.equals(bytes)).toBe(true);
  expect(headers["content-length"]).toBe("300000");
  expect(headers["trapline-live"]).toBeUndefined();
  await server.close();
});

test("everybody else gets nothing: no token, another host, another method, another file", async () => {
  const feed = FileFeed.whole(fileOf("secret", Uint8Array.of(1)));
  const server = await PageServer.start(PAGE, feed, undefined);
  const { url } = server;
  const { origin, pathname, port } = new URL(url);
  expect(pathname).toMatch(/^\/[\w-]{32}\/$/);
  const refused = await Promise.all([
    ask(origin),
    ask(`${origin}/recording`),
    ask(`${origin}/${"A".repeat(32)}/`),
    ask(url.slice(0, -1)),
    ask(`${url}nothing`),
    ask(`${url}__proto__`),
    ask(url, { host: `evil.example:${port}` }),
    ask(url, { host: "127.0.0.1" }),
    ask(url, { method: "POST" }),
    ask(`${url}recording`, { method: "DELETE" }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([
    ...[404, 404, 404, 404, 404, 404],
    ...[403, 403],
    ...[405, 405],
  ]);
  expect(refused.map(({ body }) => body.length)).toEqual(refused.map(() => 0));
  await server.close();
});

test("every answer forbids the page all but its own files, and other pages to read it", async () => {
  const server = await PageServer.start(PAGE, FileFeed.whole(fileOf("it", PAGE_BYTES)), undefined);
  for (const url of [server.url, `${server.url}recording`, `${server.url}no`]) {
    const { headers } = await ask(url);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(headers["cache-control"]).toBe("no-store");
  }
  await server.close();
});

const PAGE_BYTES = Uint8Array.of(1, 2, 3);

test("a recording that grows is sent as it grows, to each who asks from its start", async () => {
  const path = fileOf("growing", Uint8Array.of(1, 2, 3));
  const feed = FileFeed.growing(path);
  const server = await PageServer.start(PAGE, feed, undefined);
  feed.grew(3);
  const early = ask(`${server.url}recording`);
  for await (const _ of feed.bytes()) break; // what is there was read once
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4, 5));
  feed.grew(4); // the fifth is not whole yet
  const late = ask(`${server.url}recording`);
  feed.grew(5);
  feed.end();
  for (const { body } of await Promise.all([early, late])) {
    expect([...body]).toEqual([1, 2, 3, 4, 5]);
  }
  await server.close();
});

test("a port that is taken is refused in one line, with the remedy", async () => {
  const feed = FileFeed.whole(fileOf("port", Uint8Array.of(1)));
  const server = await PageServer.start(PAGE, feed, undefined);
  const port = Number(new URL(server.url).port);
  await expect(PageServer.start(PAGE, feed, port)).rejects.toThrow(
    `--port ${port}: another program has it: give another port, or none for any that is free`,
  );
  await server.close();
});
