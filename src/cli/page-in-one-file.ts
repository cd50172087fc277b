import { gzipSync } from "node:zlib";
import { assert } from "../base/index.ts";
import type { PageFiles } from "./page-files.ts";
import { oneFilePolicy } from "./page-policy.ts";

const STYLE = /<link [^>]*href="\.\/page\.css"[^>]*>/;
const SCRIPT = /<script [^>]*src="\.\/page\.js"[^>]*><\/script>/;
const CHARSET = '<meta charset="utf-8">';
const END = "</body>";

/** The page with a recording in it, in one document that asks nobody for anything. */
export function pageInOneFile(page: PageFiles, recording: Uint8Array): string {
  const script = harmless(page.script);
  const style = harmless(page.style);
  const packed = gzipSync(recording).toString("base64");
  const policy = oneFilePolicy(script, style);
  return [
    [CHARSET, `${CHARSET}<meta http-equiv="Content-Security-Policy" content="${policy}">`] as const,
    [STYLE, `<style>${style}</style>`] as const,
    [SCRIPT, `<script type="module">${script}</script>`] as const,
    [END, `<script type="application/gzip" id="recording">${packed}</script>${END}`] as const,
  ].reduce((html, [what, by]) => replaced(html, what, by), page.html);
}

/** What would end the element that it stands in is written in another way. */
function harmless(text: string): string {
  return text.replaceAll(/<(\/script|\/style|!--)/gi, "<\\$1");
}

function replaced(html: string, what: string | RegExp, by: string): string {
  const after = html.replace(what, () => by);
  assert(after !== html, `the page's document has ${what}`);
  return after;
}
