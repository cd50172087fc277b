import type { Command, Option } from "commander";
import { asPid } from "../base/index.ts";
import { allProcesses, commOf, threadsOf } from "../linux/index.ts";
import { listVariables } from "../symbols/index.ts";

/** A word that may stand where the cursor is, and what it means: empty where it speaks for itself. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

const MOST = 200;

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  "--color": ["auto", "always", "never"],
  "--format": ["table", "log", "json"],
  "--arm": ["cpu", "task", "auto"],
  "--call-graph": ["dwarf", "fp", "none"],
  "--exit-code": ["command", "tool"],
};

/**
 * What may stand in the place of the last of `words`, which are those behind the program's name. None
 * where it is a file's name, which shells know better.
 */
export function candidates(program: Command, words: readonly string[]): readonly Candidate[] {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const found = possible(program, before, typed).filter(({ word }) => word.startsWith(typed));
  return found.slice(0, MOST);
}

function possible(
  program: Command,
  before: readonly string[],
  typed: string,
): readonly Candidate[] {
  if (before.includes("--")) return [];
  const [name] = before;
  const command = program.commands.find((it) => it.name() === name);
  if (command === undefined) return name === undefined ? commandsOf(program) : [];
  const last = before.at(-1) ?? "";
  const option = command.options.find((it) => it.short === last || it.long === last);
  if (option?.required === true) return valuesOf(option, typed);
  if (typed.startsWith("-")) return optionsOf(command);
  if (command.name() === "watch") return variablesOf(pidIn(before), typed);
  if (command.name() === "completion") return ["bash", "zsh", "fish"].map(plain);
  return [];
}

function commandsOf(program: Command): readonly Candidate[] {
  const visible = program.createHelp().visibleCommands(program);
  return visible.map((it) => ({ word: it.name(), about: it.summary() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((it) => ({ word: it.long ?? it.short ?? "", about: it.description }));
}

function valuesOf(option: Option, typed: string): readonly Candidate[] {
  switch (option.long) {
    case "--pid":
      return idsAfter(typed, allProcesses());
    case "--tid":
      return idsAfter(
        typed,
        allProcesses().flatMap((pid) => threadsOf(pid) ?? []),
      );
    default:
      return (CHOICES[option.long ?? ""] ?? []).map(plain);
  }
}

/** Ids, behind those that are typed already: `12,34,`. */
function idsAfter(typed: string, ids: readonly number[]): readonly Candidate[] {
  const done = typed.slice(0, typed.lastIndexOf(",") + 1);
  return ids.map((id) => ({ word: `${done}${id}`, about: commOf(id) ?? "" }));
}

function pidIn(words: readonly string[]): number | undefined {
  const at = words.findIndex((word) => word === "-p" || word === "--pid");
  const [pid = ""] = words[at + 1]?.split(",") ?? [];
  return at >= 0 && /^\d+$/.test(pid) ? Number(pid) : undefined;
}

function variablesOf(pid: number | undefined, typed: string): readonly Candidate[] {
  if (pid === undefined || typed === "") return [];
  const listed = listVariables(asPid(pid), { pattern: `${typed}*` });
  if (!listed.ok) return [];
  return listed.value.map(({ name, type = "" }) => ({ word: name, about: type }));
}

function plain(word: string): Candidate {
  return { word, about: "" };
}
