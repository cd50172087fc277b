import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { pageInOneFile } from "./page-in-one-file.ts";

const HTML = `<html><head><meta charset="utf-8"><script type="module" crossorigin src="./page.js"></script>
<link rel="stylesheet" crossorigin href="./page.css"></head><body></body></html>`;

test("script, style and recording are in the file, and the policy knows them by their hashes", () => {
  const script = 'const end = "</script><!--$&"; // $1';
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 7);
  const html = pageInOneFile({ html: HTML, script, style: "a{}" }, bytes);
  expect(html).not.toMatch(/src=|href=/);
  const inlined = /<script type="module">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  expect(inlined).toBe('const end = "<\\/script><\\!--$&"; // $1');
  const hash = createHash("sha256").update(inlined).digest("base64");
  expect(html).toContain(`script-src 'sha256-${hash}'`);
  expect(html).toContain("default-src 'none'");
  const packed = /<script type="application\/gzip" id="recording">([^<]*)</.exec(html)?.[1] ?? "";
  expect(gunzipSync(Buffer.from(packed, "base64")).equals(bytes)).toBe(true);
});
