import { homedir } from "node:os";
import { join } from "node:path";

/** A folder of what can be made or fetched again. */
export function cacheFolder(...parts: readonly string[]): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "trapline", ...parts);
}
