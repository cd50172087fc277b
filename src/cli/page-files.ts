import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../base/index.ts";

/** The page that shows recordings: what `vite build` makes of `src/web`. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** Beside `src/cli` the sources of the page, beside `dist/chunks` what was built of them. */
const FOLDER = fileURLToPath(new URL("../web/", import.meta.url));

/** The page as it was published; in a clone as it is now. */
export async function readPageFiles(): Promise<PageFiles> {
  if (existsSync(join(FOLDER, "main.tsx"))) return await build();
  const file = (name: string) => readFileSync(join(FOLDER, name), "utf8");
  return { html: file("index.html"), script: file("page.js"), style: file("page.css") };
}

async function build(): Promise<PageFiles> {
  const vite = await import("vite");
  const made = await vite.build({
    configFile: join(FOLDER, "../../vite.config.ts"),
    configLoader: "native",
    build: { write: false },
  });
  const files = new Map<string, string>();
  for (const { output } of [made].flat().filter((it) => "output" in it)) {
    for (const it of output) {
      const text = it.type === "chunk" ? it.code : it.source;
      files.set(it.fileName, typeof text === "string" ? text : Buffer.from(text).toString());
    }
  }
  const file = (name: string) => {
    const text = files.get(name);
    assert(text !== undefined, `the page is built with a ${name}`);
    return text;
  };
  return { html: file("index.html"), script: file("page.js"), style: file("page.css") };
}
