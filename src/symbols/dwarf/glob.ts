/**
 * Whether a name fits a pattern: `*` for any characters, `?` for one. Without either, the name or
 * what follows its scopes must be the pattern.
 */
export function globOf(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern || name.endsWith(`::${pattern}`);
  const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (it) =>
    it === "*" ? ".*" : it === "?" ? "." : `\\${it}`,
  );
  const whole = new RegExp(`^(?:.*::)?${source}$`, "s");
  return (name) => whole.test(name);
}
