/**
 * Words that every room uses: brands, results, assertions.
 * It knows nothing of Linux, of Node, or of any other room.
 */
export { assert, BugError, unreachable } from "./assert.ts";
export {
  asCpu,
  asFd,
  asPid,
  asTid,
  asVa,
  type Brand,
  type Cpu,
  type Fd,
  type Pid,
  type Tid,
  type Va,
} from "./brand.ts";
export { type Draw, drawsOf, wordsOf } from "./draws.ts";
export { type Errno, errnoName } from "./errno.ts";
export { err, ok, type Result } from "./result.ts";
