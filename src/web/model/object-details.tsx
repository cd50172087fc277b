import { fieldText, isShown, nameOf } from "./field-text.ts";
import type { ModelRun } from "./model-run.ts";
import type { ObjectName } from "./object-history.ts";

export interface ObjectDetailsProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
  readonly chosen: ObjectName;
  readonly choose: (object: ObjectName | undefined) => void;
}

/** Every value of an object; each leads to the step that wrote it. */
export function ObjectDetails({ model, at, go, chosen, choose }: ObjectDetailsProps) {
  const { history, run } = model;
  const { actors } = run.program;
  const freed = history.freedAt(chosen, at);
  const fields = [...history.fields(chosen, at)].filter(
    ([field, words]) => isShown(field) && words.some((word) => word !== 0),
  );
  return (
    <section class="details">
      <h3>
        {nameOf(history, actors, chosen)}
        {freed === undefined ? "" : `, freed in step ${freed + 1}`}
        {history.isKnown(chosen, at) ? "" : ", not born yet"}{" "}
        <button type="button" onClick={() => choose(undefined)}>
          close
        </button>
      </h3>
      <dl>
        {fields.map(([field, words]) => {
          const step = writtenAt(model, chosen, field, at);
          return (
            <div key={field}>
              <dt>{field}</dt>
              <dd>
                {fieldText(history, actors, { object: chosen, field, words })}{" "}
                {step < 0 ? (
                  <span class="soft">from the start</span>
                ) : (
                  <button type="button" class="value" onClick={() => go(step)}>
                    step {step + 1}
                  </button>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

/** The last step that wrote one of the field's words. */
function writtenAt({ history }: ModelRun, object: ObjectName, field: string, at: number): number {
  const words = history.words(object, field, at);
  return Math.max(...words.map((_, index) => history.writtenAt(object, field, at, index)));
}
