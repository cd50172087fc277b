import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync("package.json", "utf8"),
);

// Few files instead of hundreds: to look each up is most of what a command takes to start.
export default defineConfig({
  input: {
    index: "src/index.ts",
    "explore/index": "src/explore/index.ts",
    "cli/main": "src/cli/main.ts",
    "cli/check-worker": "src/cli/check-worker.ts",
  },
  platform: "node",
  // Vite builds the page in a clone; it is no part of what is published.
  external: [...Object.keys(dependencies), "vite"],
  output: {
    dir: "dist",
    format: "esm",
    // As deep as the rooms are in src: what is found by its place beside them is found from both.
    chunkFileNames: "chunks/[name]-[hash].js",
  },
});
