import type { Command } from "commander";
import { parseChoice } from "./parse.ts";

/** Each shell's way to ask `trapline complete` for what fits, and to fall back on file names. */
const SCRIPTS = {
  bash: `_trapline() {
  local IFS=$'\\n'
  COMPREPLY=($(trapline complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _trapline trapline
`,
  zsh: `#compdef trapline
_trapline() {
  local -a found
  found=("\${(@f)$(trapline complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then _describe trapline found; else _files; fi
}
compdef _trapline trapline
`,
  fish: `function __trapline_complete
  set -l found (trapline complete fish -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test -n "$found"; string join \\n -- $found; else; __fish_complete_path (commandline -ct); end
end
complete -c trapline -f -a '(__trapline_complete)'
`,
} as const;

type Shell = keyof typeof SCRIPTS;
const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

const AFTER_HELP = `
Completes commands, options and their values, ids of processes and threads, and
what can be watched in the process that -p names.

Examples:
  source <(trapline completion bash)        in ~/.bashrc
  source <(trapline completion zsh)         in ~/.zshrc, behind compinit
  trapline completion fish | source         in ~/.config/fish/config.fish
`;

/** Adds `trapline completion`, and `complete`, which its scripts call. */
export function addCompletionCommand(
  program: Command,
  { launch }: { launch: readonly string[] | undefined },
): void {
  program
    .command("completion")
    .summary("a script that completes command lines in a shell")
    .description("Print a script that completes command lines in a shell.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", AFTER_HELP)
    .action((shell: string) => {
      process.stdout.write(SCRIPTS[parseChoice("completion", shell, SHELLS)]);
    });
  program
    .command("complete", { hidden: true })
    .argument("<shell>")
    .action(async (shell: string) => {
      const { candidates } = await import("./complete.ts");
      const form = FORMS[parseChoice("complete", shell, SHELLS)];
      const lines = candidates(program, launch ?? []).map(({ word, about }) => form(word, about));
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    });
}

const FORMS: Readonly<Record<Shell, (word: string, about: string) => string>> = {
  bash: (word) => word,
  zsh: (word, about) => `${word.replaceAll(":", "\\:")}${about === "" ? "" : `:${about}`}`,
  fish: (word, about) => (about === "" ? word : `${word}\t${about}`),
};
