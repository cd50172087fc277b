import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Opens a URL in the user's browser. Resolves to why that was not possible; undefined when it was.
 *
 * Whoever is on this machine may read the arguments of a process. So the browser is not given the URL,
 * which lets in who knows it, but a file that only this user can read and that leads there.
 */
export async function openBrowser(url: string): Promise<string | undefined> {
  const { DISPLAY, WAYLAND_DISPLAY, BROWSER } = process.env;
  if ((DISPLAY ?? "") === "" && (WAYLAND_DISPLAY ?? "") === "" && (BROWSER ?? "") === "") {
    return "there is no display";
  }
  if (process.getuid?.() === 0 && (BROWSER ?? "") === "") return "browsers are not for root";
  const folder = mkdtempSync(join(tmpdir(), "trapline-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "open.html");
  const html = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">`;
  writeFileSync(file, html, { mode: 0o600 });
  const child = spawn("xdg-open", [`file://${file}`], { stdio: "ignore", detached: true });
  try {
    await once(child, "spawn");
  } catch {
    return "xdg-open is not installed";
  }
  child.unref();
  return undefined;
}
