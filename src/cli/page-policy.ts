import { createHash } from "node:crypto";

/** The page may use what is named here and nothing else; nobody may show it in a frame of theirs. */
function policy(allowed: Readonly<Record<string, string>>): string {
  const rules = {
    "default-src": "'none'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    ...allowed,
  };
  return Object.entries(rules)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

/** Of the page on its server: its own two files, and the recording beside them. */
export const SERVED_POLICY = policy({
  "script-src": "'self'",
  "style-src": "'self'",
  "connect-src": "'self'",
  "frame-ancestors": "'none'",
});

/** Of the page in one file: the script and the style in it, known by their hashes. It can ask nobody. */
export function oneFilePolicy(script: string, style: string): string {
  return policy({ "script-src": hashOf(script), "style-src": hashOf(style) });
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
