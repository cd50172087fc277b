import type { Program } from "../scenario/index.ts";
import { reportOf } from "./answer-report.ts";
import { Channel, type Line } from "./channel.ts";
import { Orders } from "./orders.ts";
import type { RunReport } from "./report.ts";
import type { RaceTarget, TargetName } from "./target.ts";
import { TargetError } from "./target-error.ts";

export interface PuppetTargetOptions {
  readonly name: TargetName;
  /** Whether others live on this kernel. */
  readonly isShared: boolean;
  readonly whyNot: (program: Program) => string | undefined;
  /** Called with the first program that it can run. */
  readonly open: () => Line | Promise<Line>;
  /** CPUs of the computer that the puppet runs on. */
  readonly online: () => number;
  readonly patienceMs?: number;
}

/** A real kernel, by way of a puppet on it. */
export function puppetTarget(options: PuppetTargetOptions): RaceTarget {
  const { name, isShared, whyNot, online } = options;
  let channel: Promise<Channel> | undefined;
  const opened = () => {
    channel ??= Promise.resolve(options.open()).then((line) => new Channel(line, options));
    return channel;
  };
  return {
    name,
    isShared,
    whyNot,
    async run(program) {
      const orders = new Orders(program, online());
      const answer = await (await opened()).run(orders.request());
      if (answer.hung)
        throw new TargetError(`${name}: an actor neither ends its statement nor sleeps`);
      return reportOf(program, orders, answer);
    },
    async race(program, races, onReport: (report: RunReport, seed: number) => void) {
      const orders = new Orders(program, online());
      await (await opened()).race(orders.request(), races, (answer, seed) =>
        onReport(reportOf(program, orders, answer), seed),
      );
    },
    [Symbol.dispose]() {
      // What could not be opened has been said to whoever asked for it.
      channel?.then((it) => it[Symbol.dispose]()).catch(() => undefined);
    },
  };
}
