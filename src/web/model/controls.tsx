import { useState } from "preact/hooks";
import { blockAt } from "./blocks.ts";
import type { ModelRun } from "./model-run.ts";
import { OrderButton } from "./order-button.tsx";
import { wishOf } from "./steps-taken.ts";
import type { OrderChoice } from "./use-order.ts";

export interface ControlsProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
  readonly choice: OrderChoice;
  readonly linkOf: ((step: number) => Promise<string>) | undefined;
  readonly toggleAll: () => void;
  readonly toggleHelp: () => void;
  readonly help: boolean;
}

const BUTTONS = [
  ["Home", "|‹", "first step"],
  ["b", "«", "function before"],
  ["ArrowLeft", "‹", "a step back"],
  ["ArrowRight", "›", "a step on"],
  ["w", "»", "next function"],
  ["End", "›|", "last step"],
] as const;

/** For who has no keys: steps, the places that matter, and the address of what is seen. */
export function Controls(props: ControlsProps) {
  const { model, at, go, choice, linkOf, toggleAll, toggleHelp, help } = props;
  const { run, blocks, lost, failing } = model;
  const count = run.steps.length;
  const press = (key: string) => {
    const wish = wishOf(key, { at, blocks, lost, failing, count });
    if (wish?.kind === "go") go(wish.step);
  };
  const step = run.steps[at];
  const block = blocks[blockAt(blocks, at)];
  return (
    <div class="controls" role="toolbar" aria-label="Steps">
      {BUTTONS.map(([key, sign, name]) => (
        <button key={key} type="button" aria-label={name} title={name} onClick={() => press(key)}>
          {sign}
        </button>
      ))}
      <output>
        step <b>{at + 1}</b> of {count}
        <span class="soft">
          {" "}
          {step?.task} · {block?.fn}
        </span>
      </output>
      {lost >= 0 && (
        <button type="button" class="bad" onClick={() => press("x")}>
          lost at {lost + 1}
        </button>
      )}
      {failing >= 0 && (
        <button type="button" class="bad" onClick={() => press("e")}>
          fails at {failing + 1}
        </button>
      )}
      <button type="button" onClick={toggleAll}>
        fold / unfold all
      </button>
      <OrderButton {...choice} />
      {linkOf !== undefined && <LinkButton linkOf={() => linkOf(at)} />}
      <button type="button" aria-expanded={help} onClick={toggleHelp}>
        keys
      </button>
    </div>
  );
}

/** So long it says that it was copied. */
const SAID_MS = 2000;

function LinkButton({ linkOf }: { readonly linkOf: () => Promise<string> }) {
  const [said, say] = useState("");
  const copy = async () => {
    const link = await linkOf();
    // Where a page may not write to the clipboard, the address is in the address bar all the same.
    const isCopied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
    say(isCopied ? "copied" : "see the address bar");
    setTimeout(() => say(""), SAID_MS);
  };
  return (
    <button type="button" aria-live="polite" onClick={copy}>
      {said === "" ? "copy link" : said}
    </button>
  );
}
