import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RecordedRun } from "../../recording/index.ts";
import { blockAt } from "./blocks.ts";
import { Breaks } from "./breaks.tsx";
import { Changes } from "./changes.tsx";
import { Controls } from "./controls.tsx";
import { KeyHelp } from "./key-help.tsx";
import { modelRun } from "./model-run.ts";
import { ObjectDetails } from "./object-details.tsx";
import type { ObjectName } from "./object-history.ts";
import { ObjectStrip } from "./object-strip.tsx";
import { Oops } from "./oops.tsx";
import type { Order } from "./other-order.ts";
import { Overview } from "./overview.tsx";
import { RegisterTable } from "./register-table.tsx";
import { StepList } from "./step-list.tsx";
import { stepWords } from "./step-words.ts";
import { wishOf } from "./steps-taken.ts";
import { useOrder } from "./use-order.ts";

export interface ModelViewProps {
  readonly run: RecordedRun;
  /** The step to begin with, from 0; the last one if nobody says. */
  readonly first?: number | undefined;
  /** The order to begin with; as the run was found if nobody says. */
  readonly wanted?: Order | undefined;
  /** Told of each step that is gone to. */
  readonly onStep?: ((step: number, order: Order) => void) | undefined;
  /** Gives the address of what is seen; undefined where there is none. */
  readonly linkOf?: ((step: number, order: Order) => Promise<string>) | undefined;
}

/** A run of the model, to be stepped through forwards and backwards. */
export function ModelView({ run, first, wanted, onStep, linkOf }: ModelViewProps) {
  const [at, setAt] = useState(stepIn(run, first));
  const { shown, choice } = useOrder(run, {
    wanted,
    onChange: (to, order, isWanted) => {
      const step = stepIn(to, isWanted ? first : undefined);
      setAt(step);
      setOpen(new Set());
      choose(undefined);
      onStep?.(step, order);
    },
  });
  const model = useMemo(() => modelRun(shown), [shown]);
  const count = shown.steps.length;
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [chosen, choose] = useState<ObjectName | undefined>(undefined);
  const [help, showHelp] = useState(false);
  const root = useRef<HTMLElement>(null);

  const go = (step: number) => {
    setAt(step);
    onStep?.(step, choice.order);
  };
  const toggle = (block: number) => {
    const now = new Set(open);
    if (!now.delete(block)) now.add(block);
    setOpen(now);
  };
  const toggleAll = () =>
    setOpen(open.size > 0 ? new Set() : new Set(model.blocks.map((_, block) => block)));

  const onKey = (event: KeyboardEvent) => {
    if (!isForView(event, root.current)) return;
    const { blocks, lost, failing } = model;
    const wish = wishOf(event.key, { at, blocks, lost, failing, count });
    if (wish === undefined) return;
    event.preventDefault();
    if (wish.kind === "go") go(wish.step);
    else if (wish.kind === "fold") toggle(blockAt(blocks, at));
    else if (wish.kind === "fold-all") toggleAll();
    else if (wish.kind === "order") choice.toggle?.();
    else showHelp(!help);
  };
  // Before the next key comes, which may be before the next picture: it is to find the step of this one.
  useLayoutEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });

  return (
    <section class="model" ref={root} aria-label="A run of the model, step by step">
      <Oops model={model} />
      <Overview model={model} at={at} go={go} />
      <Controls
        {...{ model, at, go, choice, toggleAll, help }}
        linkOf={linkOf && ((step) => linkOf(step, choice.order))}
        toggleHelp={() => showHelp(!help)}
      />
      {help && <KeyHelp />}
      <p class="aside" aria-live="polite">
        {stepWords(model, at)}
      </p>
      <div class="model-body">
        <StepList {...{ model, at, go, open, toggle }} />
        <div class="model-state">
          <ObjectStrip {...{ model, at, go, chosen, choose }} />
          <Breaks {...{ model, at, go }} />
          <RegisterTable {...{ model, at, go }} />
          <Changes {...{ model, at }} />
          <details class="source">
            <summary>The scenario</summary>
            <pre>{run.program.scenario}</pre>
          </details>
          {chosen !== undefined && <ObjectDetails {...{ model, at, go, chosen, choose }} />}
        </div>
      </div>
    </section>
  );
}

/** The step to begin with: the last one if nobody says. */
function stepIn({ steps }: RecordedRun, step = steps.length - 1): number {
  return Math.min(step, steps.length - 1);
}

/** Keys are the view's unless somebody writes, or the focus is in another part of the page. */
function isForView(event: KeyboardEvent, root: HTMLElement | null): boolean {
  const { target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || !(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, summary") !== null) return false;
  return target === document.body || root?.contains(target) === true;
}
