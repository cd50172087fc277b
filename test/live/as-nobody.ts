/**
 * `trapline` as a user without any right. All code is loaded first, for that user may not be able to
 * read it; then the rights are given up, for good.
 */
import "iced-x86";
import koffi from "koffi";
import "../../src/cli/json-view.ts";
import { run } from "../../src/cli/run.ts";
import { NOBODY } from "./cli.ts";

const PR_SET_DUMPABLE = 4;

process.setgroups?.([]);
process.setgid?.(NOBODY);
process.setuid?.(NOBODY);
// A process that changes its user may not even read its own /proc/self: one that logged in may.
const prctl = koffi.load("libc.so.6").func("int prctl(int option, unsigned long argument)");
prctl(PR_SET_DUMPABLE, 1);
process.exitCode = await run(process.argv.slice(2));
