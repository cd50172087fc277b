/** Whether a text is still one that shows what is looked for; a text that cannot be run is not. */
export type StillShows = (text: string) => Promise<boolean>;

/**
 * The smallest text that still shows it, as far as leaving out lines, then words, leads. Asks again
 * and again until nothing more can be left out.
 */
export async function shrinkScenario(text: string, shows: StillShows): Promise<string> {
  let lines = text.split("\n").filter((line) => line !== "");
  for (;;) {
    const before = lines.join("\n");
    lines = await withoutLines(lines, shows);
    lines = await withoutWords(lines, shows);
    if (lines.join("\n") === before) return `${before}\n`;
  }
}

/** From the end, for what comes later hangs on what comes before; first many at a time. */
async function withoutLines(all: readonly string[], shows: StillShows): Promise<string[]> {
  let lines = [...all];
  for (let size = Math.ceil(lines.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let end = lines.length; end > 0; end -= size) {
      const fewer = lines.toSpliced(Math.max(0, end - size), Math.min(size, end));
      if (await shows(fewer.join("\n"))) lines = fewer;
    }
  }
  return lines;
}

async function withoutWords(all: readonly string[], shows: StillShows): Promise<string[]> {
  let lines = [...all];
  for (let row = 0; row < lines.length; row++) {
    for (const count of [2, 1]) {
      let words = (lines[row] ?? "").split(" ");
      for (let at = words.length - count; at > 0; at--) {
        const fewer = words.toSpliced(at, count);
        const changed = lines.with(row, fewer.join(" "));
        if (!(await shows(changed.join("\n")))) continue;
        lines = changed;
        words = fewer;
      }
    }
  }
  return lines;
}
