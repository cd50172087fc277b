import { headlineOf } from "./headline.ts";
import { type ModelRun, othersAtEnd } from "./model-run.ts";
import { runSummary } from "./run-summary.ts";

/** What went wrong, as a kernel would print it: the sentence, the call trace, and where the others were. */
export function Oops({ model }: { readonly model: ModelRun }) {
  const { run } = model;
  const headline = headlineOf(model);
  const others = othersAtEnd(model);
  return (
    <header class="model-head">
      <div>
        <h2 class={headline === undefined ? undefined : "bad"}>
          {headline?.title ?? "Nothing fails in this run"}
        </h2>
        {headline?.meaning !== undefined && <p>In other words: {headline.meaning}.</p>}
        <p class="soft">{runSummary(run)}</p>
      </div>
      {headline !== undefined && (
        <details class="oops" open>
          <summary>Call trace</summary>
          <pre>
            {[headline.where, ...headline.chain.map((fn) => ` ${fn}`)].join("\n")}
            {others.map(
              ({ task, fn, label, step, cpu }) =>
                `\n${task}, ${cpu === undefined ? "off CPU" : `on CPU${cpu}`}: ${fn}.${label} (step ${step + 1})`,
            )}
          </pre>
        </details>
      )}
    </header>
  );
}
