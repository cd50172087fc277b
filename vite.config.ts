import { resolve } from "node:path";
import { defineConfig } from "vite";

// The page that shows recordings: one script, one style sheet, one document. Their names have no
// hashes: what serves them says that they are not to be kept.
export default defineConfig({
  root: resolve(import.meta.dirname, "src/web"),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: resolve(import.meta.dirname, "dist/web"),
    emptyOutDir: true,
    target: "es2024",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 1 << 20,
    rolldownOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: "page.js",
        assetFileNames: "page[extname]",
      },
    },
  },
});
