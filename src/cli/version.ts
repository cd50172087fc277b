import { readFileSync } from "node:fs";

/** The package's version. The file is two folders up from `src/cli`, and from `dist/chunks`. */
export function version(): string {
  const path = new URL("../../package.json", import.meta.url);
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof parsed === "object" && parsed !== null && "version" in parsed) {
    return String(parsed.version);
  }
  return "unknown";
}
