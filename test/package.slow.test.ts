import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bankRecording } from "./page-recording.ts";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const folder = mkdtempSync(join(tmpdir(), "trapline-package-"));
const installed = join(folder, "node_modules", "trapline");

// Packs what would be published and lays it out as an installation would be, without the network.
beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder]);
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, packed.toString().trim().split("\n").at(-1) ?? "");
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  symlinkAll(join(folder, "node_modules"));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every package of ours is there, too: that what is imported is declared is the linter's to see. */
function symlinkAll(modules: string): void {
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(resolve(modules, name, ".."), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
}

test("the installed command is the command", () => {
  const bin = join(installed, "dist/cli/main.js");
  expect(readFileSync(bin, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  const version = execFileSync(process.execPath, [bin, "--version"], { encoding: "utf8" });
  expect(version.trim()).toBe(manifest.version);
});

test("the installed package is the library", () => {
  const program = join(folder, "user.mjs");
  writeFileSync(
    program,
    `import { watch, WatchError } from "trapline";
     try { watch({ target: { pids: [1] }, where: ["0x1000/8:q"] }); }
     catch (error) { console.log(error instanceof WatchError, error.kind); }`,
  );
  const said = execFileSync(process.execPath, [program], { encoding: "utf8" });
  expect(said.trim()).toBe("true usage");
});

test("no test and no source is published", () => {
  const files = execFileSync("find", [installed, "-name", "*.ts"], { encoding: "utf8" });
  const sources = files.split("\n").filter((file) => file !== "" && !file.endsWith(".d.ts"));
  expect(sources).toEqual([]);
});

test("the page is in the package, built, and show makes a file of it without what builds it", () => {
  const recording = join(folder, "it.trap");
  writeFileSync(recording, bankRecording());
  const out = join(folder, "it.html");
  const bin = join(installed, "dist/cli/main.js");
  execFileSync(process.execPath, [bin, "show", recording, "--html", out]);
  const html = readFileSync(out, "utf8");
  expect(html).toContain('<script type="module">');
  expect(html).toContain('id="recording"');
  expect(readFileSync(join(installed, "dist/web/page.js"), "utf8").length).toBeGreaterThan(10_000);
});
