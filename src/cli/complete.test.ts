import { expect, test } from "vitest";
import { candidates } from "./complete.ts";
import { makeProgram } from "./program.ts";

const program = makeProgram({ launch: undefined, finish: () => undefined });
const words = (...typed: string[]) => candidates(program, typed).map(({ word }) => word);

test("what may stand next is completed, and nothing else", () => {
  expect(words("wa")).toEqual(["watch"]);
  expect(words("watch", "--col")).toEqual(["--color"]);
  expect(words("watch", "--color", "a")).toEqual(["auto", "always"]);
  expect(words("completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(words("watch", "--timeout", "")).toEqual([]);
  expect(words("run", "")).toEqual([]); // a file: shells know those better
  expect(words("frob", "--")).toEqual([]);
  expect(words("watch", "x", "--", "gr")).toEqual([]);
});

test("every option of every command can be completed", () => {
  for (const command of program.createHelp().visibleCommands(program)) {
    const longs = command.options.map(({ long }) => long);
    expect(words(command.name(), "--")).toEqual(expect.arrayContaining(longs));
  }
});

test("ids are those of this machine, behind those that are typed already", () => {
  expect(words("watch", "-p", `${process.pid}`)).toContain(`${process.pid}`);
  expect(words("watch", "-p", `1,${process.pid}`)).toContain(`1,${process.pid}`);
  expect(words("watch", "-t", `${process.pid}`)).toContain(`${process.pid}`);
});
