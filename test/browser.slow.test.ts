import { expect, test } from "vitest";
import { modelOf } from "../bench/browser/model.ts";
import { exploreInBrowser, findBrowser } from "../bench/browser/run.ts";
import { SCENARIO } from "../bench/browser/scenario.ts";
import { explore } from "../src/explore/index.ts";

const browser = findBrowser();

test.skipIf(browser === undefined)(
  "a browser finds in K and in the kernel model what Node finds, to the last transition",
  async () => {
    const all = await exploreInBrowser(browser ?? "");
    const here = explore(modelOf(SCENARIO));
    expect(all.map(({ verdict, states, transitions }) => [verdict, states, transitions])).toEqual([
      ["ok", 44_023, 148_544],
      ["ok", 2_664_671, 11_657_718],
      [here.verdict, here.states, here.transitions],
    ]);
    expect(here.states).toBeGreaterThan(10_000);
    for (const { name, states, seconds } of all)
      console.log(`${name}: ${Math.round(states / seconds)} states/s in a browser`);
  },
);
