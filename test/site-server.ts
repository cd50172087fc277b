import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** Serves a folder as any file server would, below a path of its own. */
export async function serveFolder(folder: string, below: string) {
  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const name = path.startsWith(below) ? path.slice(below.length) : "";
    const file = join(folder, name === "/" ? "index.html" : name);
    if (name === "" || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}${below}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
