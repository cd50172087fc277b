import type { Command } from "commander";

/** One manual page in man(7)'s language, made of what `--help` is made of. */
export function manualPage(command: Command, version: string): string {
  const name = [command.parent?.name(), command.name()].filter((it) => it !== undefined).join("-");
  const title = name.replace("-", " ");
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((it) => it.name() !== "help");
  const summary = command.summary() || command.description();
  return [
    `.TH ${name.toUpperCase()} 1 "" "trapline ${version}" "Trapline"`,
    ".SH NAME",
    `${name} \\- ${plain(summary)}`,
    ".SH SYNOPSIS",
    `.B ${plain(title)}`,
    plain(command.usage()),
    ".SH DESCRIPTION",
    plain(command.description()),
    ...(commands.length === 0 ? [] : [".SH COMMANDS"]),
    ...commands.flatMap((it) => tagged(`${title} ${it.name()}`, it.summary())),
    ".SH OPTIONS",
    ...help.visibleOptions(command).flatMap((it) => tagged(it.flags, help.optionDescription(it))),
    ...literal("NOTES", textAfter(command)),
    ...seeAlso(command, commands),
    "",
  ].join("\n");
}

function tagged(tag: string, text: string): readonly string[] {
  return [".TP", `.B ${plain(tag)}`, plain(text)];
}

/** What is laid out by hand: notes, and examples. */
function literal(heading: string, text: string): readonly string[] {
  const [notes = "", ...examples] = text.trim().split(/^Examples:\n/m);
  return [
    ...(notes.trim() === "" ? [] : [`.SH ${heading}`, ...asIs(notes.trim())]),
    ...(examples.length === 0 ? [] : [".SH EXAMPLES", ...asIs(examples.join("").trimEnd())]),
  ];
}

/** Its lines have up to 80 columns already: none are left for an indent. */
function asIs(text: string): readonly string[] {
  return [".in 0", ".nf", plain(text), ".fi", ".in"];
}

function seeAlso(command: Command, commands: readonly Command[]): readonly string[] {
  const { parent } = command;
  const pages = parent === null ? commands.map((it) => `trapline-${it.name()}`) : [parent.name()];
  if (pages.length === 0) return [];
  return [".SH SEE ALSO", pages.map((page) => `.BR ${page} (1)`).join(",\n")];
}

/** What `--help` adds behind the options: commander hands it to whoever prints, and to no one else. */
function textAfter(command: Command): string {
  let printed = "";
  command.configureOutput({
    writeOut: (text) => {
      printed += text;
    },
  });
  command.outputHelp();
  return printed.slice(command.helpInformation().length);
}

/** roff takes a backslash for itself, and a dot or a quote at the start of a line. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^([.'])/gm, "\\&$1");
}
