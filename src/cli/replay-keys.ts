import type { Replayed } from "../check/index.ts";
import { goneBy, replayScreen } from "./replay-view.ts";

const OTHER_SCREEN = "\x1b[?1049h\x1b[?25l";
const OWN_SCREEN = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const END_OF_LINE = "\x1b[K";
const END_OF_SCREEN = "\x1b[J";

/** Goes through a run by keys, on a screen of its own, until whoever looks has seen enough. */
export async function stepThrough(it: Replayed): Promise<void> {
  const { stdin, stdout } = process;
  let at = 0;
  const draw = () => {
    // A terminal that does not know its size says that it has none.
    const size = { rows: stdout.rows || 24, columns: stdout.columns || 80 };
    const lines = replayScreen(it, at, size);
    stdout.write(`${HOME}${lines.join(`${END_OF_LINE}\n`)}${END_OF_LINE}${END_OF_SCREEN}`);
  };
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdout.write(OTHER_SCREEN);
  stdout.on("resize", draw);
  try {
    draw();
    for await (const key of stdin) {
      const went = goneBy(String(key), at, it);
      if (went === "quit") break;
      if (went === undefined) continue;
      at = went.at;
      draw();
    }
  } finally {
    stdout.off("resize", draw);
    stdout.write(OWN_SCREEN);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
