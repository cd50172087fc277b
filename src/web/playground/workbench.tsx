import { useMemo } from "preact/hooks";
import { load } from "../../scenario/index.ts";
import type { Checker } from "./checker.ts";
import { Editor } from "./editor.tsx";
import { LIBRARY, SHELVES, shelfOf, titleOf } from "./library.ts";
import { MachineChoice } from "./machine-choice.tsx";
import { withHeader } from "./scenario-header.ts";

/** A scenario at hand. */
export interface Draft {
  readonly file: string;
  readonly text: string;
  readonly program: number;
}

export interface WorkbenchProps {
  readonly draft: Draft;
  readonly change: (draft: Draft) => void;
  readonly checker: Checker;
}

/** Where a scenario is chosen, written, and checked or run. */
export function Workbench({ draft, change, checker }: WorkbenchProps) {
  const { file, text, program } = draft;
  const loaded = useMemo(() => load(text), [text]);
  const programs = loaded.ok ? loaded.value.programs : [];
  const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error;
  const isBusy = checker.work.value.kind === "busy";
  const job = { file, text, program: Math.min(program, Math.max(0, programs.length - 1)) };
  return (
    <section class="workbench" aria-label="Scenario">
      <label>
        Scenario of the library{" "}
        <select
          value={file}
          onChange={({ currentTarget: { value } }) => {
            const it = LIBRARY.find(({ path }) => path === value);
            if (it !== undefined) change({ file: it.path, text: it.text, program: 0 });
          }}
        >
          {Object.entries(SHELVES).map(([shelf, name]) => (
            <optgroup key={shelf} label={name}>
              {LIBRARY.filter((it) => shelfOf(it) === shelf).map((it) => (
                <option key={it.path} value={it.path} title={titleOf(it)}>
                  {it.path.split("/").at(-1)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <Editor {...{ text, diagnostics }} change={(now) => change({ ...draft, text: now })} />
      <MachineChoice
        programs={programs}
        program={job.program}
        choose={(index) => change({ ...draft, program: index })}
        change={(header) => change({ ...draft, text: withHeader(text, header), program: 0 })}
      />
      <div class="actions">
        <button
          type="button"
          class="main"
          disabled={!loaded.ok}
          onClick={() => void checker.check(job)}
        >
          Check every order
        </button>
        <button type="button" disabled={!loaded.ok} onClick={() => void checker.runLines(job)}>
          Run line by line
        </button>
        <button type="button" disabled={!isBusy} onClick={() => checker.stop()}>
          Stop
        </button>
      </div>
    </section>
  );
}
