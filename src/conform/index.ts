/**
 * One scenario on whatever can run it, and what it led to held against what was expected. It knows
 * not the terminal.
 */
export { explorableProgram } from "./explorable-program.ts";
export { expectedText, isExpected, resultOf, type Seen } from "./judge.ts";
export {
  type JudgedCheck,
  type JudgedStatement,
  type ModelReport,
  missingFixes,
  runOnModel,
} from "./model-run.ts";
