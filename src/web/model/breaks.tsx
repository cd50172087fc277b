import { breaksAt, type ModelRun } from "./model-run.ts";
import { brokenWords } from "./step-words.ts";

export interface BreaksProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
}

/** Each broken pointer: since when, and where it is followed. */
export function Breaks({ model, at, go }: BreaksProps) {
  const breaks = breaksAt(model, at);
  if (breaks.length === 0) return null;
  const { steps } = model.run;
  const place = (step: number) => {
    const it = steps[step];
    return `step ${step + 1}, ${it?.task} ${it?.fn}.${it?.label}`;
  };
  return (
    <ul class="breaks" aria-label="Broken pointers">
      {breaks.map(({ reference, since, used }) => (
        <li
          key={`${reference.from.record}${reference.from.id}${reference.field}${reference.to.id}`}
        >
          <b class="bad">{brokenWords(model, reference)}</b>
          <span>
            became so at{" "}
            <button type="button" onClick={() => go(Math.max(0, since))}>
              {place(since)}
            </button>
          </span>
          {used !== undefined && (
            <span>
              used at{" "}
              <button type="button" onClick={() => go(used)}>
                {place(used)}
              </button>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
