#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Nothing is imported before the version is known: an old Node could not even parse it.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(`trapline: node ${process.version}: too old: it needs Node 24 or newer`);
  process.exit(2);
}
// Compiled code is kept between runs: nobody likes to wait for a tool that is to be in time.
enableCompileCache();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
