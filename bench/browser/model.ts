import type { Model } from "../../src/explore/index.ts";
import { ExplorableKernel } from "../../src/kernel/index.ts";
import { load } from "../../src/scenario/index.ts";

/** The kernel with the first program of a scenario on it. */
export function modelOf(scenario: string): Model {
  const loaded = load(scenario);
  const [program] = loaded.ok ? loaded.value.programs : [];
  if (program === undefined) throw new Error("the scenario is not understood");
  const { arch, design } = program.machine;
  return new ExplorableKernel(program, { name: `${arch} design ${design}` });
}
