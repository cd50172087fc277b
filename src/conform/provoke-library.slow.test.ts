import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runOnModel } from "../check/index.ts";
import { load } from "../scenario/index.ts";

const files = globSync("scenarios/provoke/*.scn").sort();

test("there are scenarios to provoke with", () => expect(files.length).toBeGreaterThan(10));

test.each(files)("%s goes as it expects where nobody races", (file) => {
  const loaded = load(readFileSync(file, "utf8"));
  const programs = loaded.ok ? loaded.value.programs : [];
  expect(programs.length).toBeGreaterThan(0);
  for (const program of programs) expect(runOnModel(program).ok).toBe(true);
});
