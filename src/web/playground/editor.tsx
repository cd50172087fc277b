import { useRef } from "preact/hooks";
import type { Diagnostic } from "../../scenario/index.ts";

export interface EditorProps {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly diagnostics: readonly Diagnostic[];
}

/** A scenario to be written, with the number of each line, and what is wrong with which. */
export function Editor({ text, change, diagnostics }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLPreElement>(null);
  const lines = text.split("\n");
  const wrong = new Set(diagnostics.map(({ at }) => at.line));
  const goTo = ({ at }: Diagnostic) => {
    const before = lines.slice(0, at.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(before + at.column - 1, before + at.column - 1);
  };
  return (
    <div class="editor">
      <div class="editor-text">
        <pre ref={gutter} aria-hidden="true">
          {lines.map((_, index) => (
            <span key={index} class={wrong.has(index + 1) ? "wrong" : undefined}>
              {index + 1}
              {"\n"}
            </span>
          ))}
        </pre>
        <textarea
          ref={area}
          value={text}
          aria-label="Scenario"
          aria-invalid={diagnostics.some(({ severity }) => severity === "error")}
          aria-describedby="diagnostics"
          spellcheck={false}
          autocapitalize="off"
          rows={Math.min(20, Math.max(10, lines.length + 1))}
          onInput={(event) => change(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <ul id="diagnostics" aria-live="polite">
        {diagnostics.map((it) => (
          <li key={`${it.at.line} ${it.at.column} ${it.message}`} class={it.severity}>
            <button type="button" onClick={() => goTo(it)}>
              line {it.at.line}
            </button>{" "}
            {it.message}
          </li>
        ))}
      </ul>
    </div>
  );
}
