import { asPid } from "../base/index.ts";
import { type ListedVariable, listVariables } from "../symbols/index.ts";
import { formatHex } from "../wording/index.ts";
import { EXIT } from "./exit-codes.ts";
import { toJson } from "./json-view.ts";
import { Output } from "./output.ts";
import { type Column, textTable } from "./text-table.ts";
import { UsageError } from "./usage-error.ts";

const COLUMNS: readonly Column[] = [
  { title: "ADDRESS", align: "left" },
  { title: "SIZE", align: "right" },
  { title: "NAME", align: "left" },
  { title: "TYPE", align: "left" },
  { title: "OBJECT", align: "left" },
  { title: "SOURCE", align: "left" },
];

/** Prints what can be watched by name in a process, with its type, size and address. */
export function runList(
  pids: readonly number[],
  text: string,
  { json }: { readonly json: boolean },
): number {
  const [pid, ...others] = pids;
  if (pid === undefined || others.length > 0) {
    throw new UsageError("watch --list: give one process with -p PID");
  }
  const listed = listVariables(asPid(pid), queryOf(text));
  if (!listed.ok) {
    const why = listed.error.kind === "no-process" ? `: ${listed.error.hint}` : "";
    console.error(`trapline: watch --list ${text}: in process ${pid}${why}`);
    return EXIT.failed;
  }
  if (listed.value.length === 0) {
    const remedy = "* stands for any characters, OBJECT: or FILE: before it narrows it";
    console.error(`trapline: watch --list ${text}: in process ${pid} nothing fits: ${remedy}`);
    return EXIT.failed;
  }
  const output = new Output();
  const lines = json ? listed.value.map(jsonOf) : tableOf(listed.value);
  for (const line of lines) output.write(`${line}\n`);
  output.flush();
  return EXIT.ok;
}

/** `lib.so:conn*`, where a name alone may hold `::`. */
function queryOf(text: string) {
  const [, object, pattern = text] = /^((?:[^:]|::)*?[^:]):(?!:)(.+)$/.exec(text) ?? [];
  return object === undefined ? { pattern } : { object, pattern };
}

function tableOf(variables: readonly ListedVariable[]): readonly string[] {
  const rows = variables.map(({ address, size, name, type, object, source }) => [
    formatHex(address),
    `${size}`,
    name,
    type ?? "",
    object,
    source ?? "",
  ]);
  return textTable(COLUMNS, rows, undefined);
}

function jsonOf({ address, ...rest }: ListedVariable): string {
  return toJson({ kind: "variable", ...rest, address: formatHex(address) });
}
