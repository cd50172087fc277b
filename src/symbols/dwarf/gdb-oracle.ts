import { execFileSync } from "node:child_process";
import type { Pid } from "../../base/index.ts";

/** For the tests of this folder: what gdb says of expressions in a live process. */
export interface GdbAnswer {
  readonly address: bigint;
  readonly size: number;
  readonly type: string;
  readonly value: string;
}

const MARK = "answer";

/** Attaches, asks, and detaches again. gdb 13 is known to answer in these forms. */
export function askGdb(
  pid: Pid,
  expressions: readonly string[],
  language: "c" | "c++",
): Map<string, GdbAnswer> {
  const settings = ["set pagination off", "set print symbol off", `set language ${language}`];
  const questions = expressions.flatMap((it) => [
    `echo \\n${MARK} address\\n`,
    `output/x (unsigned long)&(${it})`,
    `echo \\n${MARK} size\\n`,
    `output sizeof(${it})`,
    `echo \\n${MARK} type\\n`,
    `whatis ${it}`,
    `echo \\n${MARK} value\\n`,
    `output ${it}`,
  ]);
  const commands = [...settings, ...questions].flatMap((it) => ["-ex", it]);
  const answers = answersOf(pid, commands);
  return new Map(
    expressions.map((it, i) => {
      const [address = "", size = "", type = "", value = ""] = answers.slice(4 * i, 4 * i + 4);
      return [
        it,
        {
          address: BigInt(address.trim()),
          size: Number(size.trim()),
          type: type.replace(/^type = /, "").trim(),
          value: value.trim(),
        },
      ];
    }),
  );
}

/** The values alone, for what has no address of its own: bit fields. */
export function gdbValues(
  pid: Pid,
  expressions: readonly string[],
  language: "c" | "rust" = "c",
): string[] {
  const settings = [`set language ${language}`];
  const questions = expressions.flatMap((it) => [`echo \\n${MARK} value\\n`, `output ${it}`]);
  return answersOf(
    pid,
    [...settings, ...questions].flatMap((it) => ["-ex", it]),
  ).map((it) => it.trim());
}

function answersOf(pid: Pid, commands: readonly string[]): string[] {
  const end = ["-ex", `echo \\n${MARK} end\\n`];
  const output = execFileSync("gdb", ["-batch", "-nx", "-p", `${pid}`, ...commands, ...end], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, DEBUGINFOD_URLS: "" },
  });
  const [, ...answers] = output.split(new RegExp(`^${MARK} \\w+\\n`, "m"));
  return answers.slice(0, -1);
}
