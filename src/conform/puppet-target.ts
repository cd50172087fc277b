import type { Release } from "../abi/index.ts";
import type { RunReport } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { reportOf } from "./answer-report.ts";
import { Orders } from "./orders.ts";
import type { PuppetLink } from "./puppet-link.ts";
import type { RaceTarget, TargetName } from "./target.ts";
import { TargetError } from "./target-error.ts";

export interface PuppetTargetOptions {
  readonly name: TargetName;
  /** Whether others live on this kernel. */
  readonly isShared: boolean;
  readonly release: Release | undefined;
  readonly whyNot: (program: Program) => string | undefined;
  /** Called with the first program that it can run. */
  readonly open: () => PuppetLink | Promise<PuppetLink>;
}

/** Runs a program, its statements in file order. */
export async function runOnPuppet(program: Program, link: PuppetLink): Promise<RunReport> {
  const orders = new Orders(program, link.cpus);
  const answer = await link.run(orders.request());
  if (answer.hung)
    throw new TargetError(`${link.name}: an actor neither ends its statement nor sleeps`);
  return reportOf(program, orders, answer);
}

/** A real kernel, by way of a puppet on it. */
export function puppetTarget(options: PuppetTargetOptions): RaceTarget {
  const { name, isShared, release, whyNot } = options;
  let link: Promise<PuppetLink> | undefined;
  const opened = () => {
    link ??= Promise.resolve(options.open());
    return link;
  };
  return {
    name,
    isShared,
    release,
    whyNot,
    async run(program) {
      return await runOnPuppet(program, await opened());
    },
    async race(program, races, onReport: (report: RunReport, seed: number) => void) {
      const puppet = await opened();
      const orders = new Orders(program, puppet.cpus);
      await puppet.race(orders.request(), races, (answer, seed) =>
        onReport(reportOf(program, orders, answer), seed),
      );
    },
    [Symbol.dispose]() {
      // What could not be opened has been said to whoever asked for it.
      link?.then((it) => it[Symbol.dispose]()).catch(() => undefined);
    },
  };
}
