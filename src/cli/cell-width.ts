import { createRequire } from "node:module";
import type stringWidth from "string-width";

const require = createRequire(import.meta.url);
let ofAny: typeof stringWidth | undefined;

/**
 * Cells that a text takes on a terminal. What is not plain ASCII is left to a library, which is loaded
 * when there is such a text: that takes longer than all else that a small result needs.
 */
export function cellWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  ofAny ??= load();
  return ofAny(text);
}

function load(): typeof stringWidth {
  const module: { readonly default: typeof stringWidth } = require("string-width");
  return module.default;
}
