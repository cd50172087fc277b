import type { ModelRun } from "./model-run.ts";
import { changeWords } from "./step-words.ts";

/** What the step changed. */
export function Changes({ model, at }: { readonly model: ModelRun; readonly at: number }) {
  const lines = changeWords(model, at);
  return (
    <section class="changes">
      <h3>Step {at + 1} changes</h3>
      {lines.length === 0 ? (
        <p class="soft">nothing that is shown here</p>
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
