import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

/** What a page would ask: a scenario's text in, what came of running and of exploring it out. */
const ENTRY = "virtual-page";
const PAGE = `
  import { load } from "./src/scenario/index.ts";
  import { boot, ExplorableKernel, SequentialRun } from "./src/kernel/index.ts";
  import { explore } from "./src/explore/index.ts";
  export function run(text) {
    const loaded = load(text);
    if (!loaded.ok) return loaded.error.map((it) => it.message);
    return loaded.value.programs.map((program) => {
      const { violation, statements } = new SequentialRun(boot(program)).run();
      const explored = explore(new ExplorableKernel(program, { name: "page" }));
      return {
        violated: violation?.property,
        statements: statements.length,
        verdict: explored.verdict,
        found: explored.counterexample?.property,
      };
    });
  }
`;

/** One script of the pure rooms, for nothing but what the language itself has. */
async function bundle(): Promise<string> {
  const build = await rolldown({
    input: ENTRY,
    cwd: process.cwd(),
    platform: "browser",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === ENTRY ? `${process.cwd()}/${ENTRY}.ts` : undefined),
        load: (id) => (id.endsWith(`${ENTRY}.ts`) ? PAGE : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: "iife", name: "page" });
  return output[0].code;
}

test("the model runs where there is no Node: the Oops of 2016 in an empty realm", async () => {
  const code = await bundle();
  expect(code).not.toMatch(/\bnode:|\brequire\(/);
  const realm = createContext({ text: readFileSync("scenarios/bugs/oops-2016.scn", "utf8") });
  const nodes = "[typeof process, typeof Buffer, typeof performance].join()";
  expect(runInContext(nodes, realm)).toBe("undefined,undefined,undefined");
  const seen: unknown = runInContext(`${code}; JSON.stringify(page.run(text))`, realm);
  expect(JSON.parse(String(seen))).toEqual([
    { violated: "tombstone-deref", statements: 6, verdict: "fail", found: "tombstone-deref" },
  ]);
});
