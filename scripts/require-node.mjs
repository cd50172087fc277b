// Every script runs on the Node that package.json pins. The machine's own may be older, and would
// be used silently when the `node` package's install script was not allowed to run.
import { readFileSync } from "node:fs";

const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
if (process.version !== `v${devDependencies.node}`) {
  console.error(
    `node ${process.version}: not the pinned ${devDependencies.node}: run npm ci, and allow the install script of the package "node"`,
  );
  process.exit(1);
}
