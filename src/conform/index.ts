/**
 * One scenario on whatever can run it, and what it led to held against what was expected. It knows
 * not the terminal.
 */
export { expectedText, isExpected, resultOf, type Seen } from "./judge.ts";
export { whyNotLinux } from "./linux-applicable.ts";
export { runOnLinux } from "./linux-run.ts";
export { LinuxTarget } from "./linux-target.ts";
export { missingFixes, runOnModel } from "./model-run.ts";
export type { JudgedCheck, JudgedStatement, RunReport, SeenRun } from "./report.ts";
export { TargetError } from "./target-error.ts";
