import { resolve } from "node:path";
import { defineConfig } from "vite";

// The playground as a static site: files with relative addresses, for any server and any folder of it.
export default defineConfig({
  root: resolve(import.meta.dirname, "src/web/playground"),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: resolve(import.meta.dirname, "site-dist"),
    emptyOutDir: true,
    target: "es2024",
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
