import { expect, test } from "vitest";
import {
  canBeReplayed,
  linkText,
  parseLink,
  replayableOfRun,
  runOfToken,
  tokenOf,
} from "./model-link.ts";
import { OOPS, sampleRun } from "./sample-run.ts";

test("a link holds scenario, machine and every choice, and the step", async () => {
  const run = await sampleRun("oops-2016.scn", OOPS);
  expect(canBeReplayed(run)).toBe(true);
  const replayable = replayableOfRun(run);
  const token = await tokenOf(replayable);
  const link = parseLink(linkText({ token, step: 52 }));
  expect(link).toEqual({ token, step: 52 });
  const other = parseLink(linkText({ token, step: 52, order: "fewest" }));
  expect(other).toEqual({ token, step: 52, order: "fewest" });
  expect(await runOfToken(link?.token ?? "")).toEqual(replayable);
  expect(replayable).toMatchObject({ text: OOPS, arch: "powerpc-dawr", design: "a", cpus: 1 });
  expect(replayable.moves).toHaveLength(run.steps.length);
});

test("without a step it is the last one; what is no link is none", () => {
  expect(parseLink("#trapline1-AAAA")).toEqual({ token: "trapline1-AAAA", step: undefined });
  for (const hash of ["", "#oops", "#trapline1", "#trapline1-AA AA", "#trapline1-AAAA&step=x"])
    expect(parseLink(hash)).toBeUndefined();
});

test("a damaged token is refused", async () => {
  await expect(runOfToken("trapline1-AAAAAAAA")).rejects.toThrow("the token is damaged");
});
