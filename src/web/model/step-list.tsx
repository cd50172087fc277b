import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Block, type Row, rowOf, rowsOf } from "./blocks.ts";
import { nameOf } from "./field-text.ts";
import type { ModelRun } from "./model-run.ts";
import { taskClass } from "./task-colour.ts";

/** Every line is as high, so that only those in sight need be there. */
const ROW = 26;
const SPARE = 8;

export interface StepListProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
  readonly open: ReadonlySet<number>;
  readonly toggle: (block: number) => void;
}

/** All steps, folded into kernel functions: a lane a processor. */
export function StepList({ model, at, go, open, toggle }: StepListProps) {
  const { blocks, run } = model;
  const rows = useMemo(() => rowsOf(blocks, open), [blocks, open]);
  const list = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 600 });
  const chosen = rowOf(rows, blocks, at);
  const look = () => {
    const { scrollTop = 0, clientHeight = 600 } = list.current ?? {};
    setSight({ top: scrollTop, height: clientHeight });
  };
  useLayoutEffect(() => {
    const it = list.current;
    if (it === null) return;
    const top = chosen * ROW;
    if (top < it.scrollTop + ROW || top > it.scrollTop + it.clientHeight - 2 * ROW)
      it.scrollTop = top - it.clientHeight / 2;
    look();
  }, [chosen, rows]);
  const from = Math.max(0, Math.floor(sight.top / ROW) - SPARE);
  const to = Math.min(rows.length, Math.ceil((sight.top + sight.height) / ROW) + SPARE);
  const { cpus } = run.program;
  return (
    <div class="steps" style={{ "--cpus": String(cpus) }}>
      <div class="step-row step-head" aria-hidden="true">
        <span>step</span>
        {Array.from({ length: cpus }, (_, cpu) => (
          <span key={cpu}>CPU{cpu}</span>
        ))}
        <span class="step-note">what is lost</span>
      </div>
      <div
        class="step-scroll"
        role="listbox"
        tabIndex={0}
        aria-label="Steps"
        aria-activedescendant={`row-${chosen}`}
        ref={list}
        onScroll={look}
      >
        <div style={{ height: `${rows.length * ROW}px`, position: "relative" }}>
          {rows.slice(from, to).map((row, index) => (
            <Line
              key={rowKey(row)}
              {...{ model, row, at, go, toggle }}
              index={from + index}
              isChosen={from + index === chosen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function rowKey(row: Row): string {
  return row.kind === "block" ? `b${row.block}` : `s${row.step}`;
}

interface LineProps {
  readonly model: ModelRun;
  readonly row: Row;
  readonly index: number;
  readonly at: number;
  readonly isChosen: boolean;
  readonly go: (step: number) => void;
  readonly toggle: (block: number) => void;
}

function Line({ model, row, index, at, isChosen, go, toggle }: LineProps) {
  const { blocks, run, current, history } = model;
  const { actors, cpus } = run.program;
  const block = blocks[row.block];
  if (block === undefined) return null;
  const first = row.kind === "step" ? row.step : block.from;
  const last = row.kind === "step" ? row.step : block.to - 1;
  const { isBad, text } = noteOf(model, row, block);
  return (
    <div
      id={`row-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      class={`step-row${isChosen ? " chosen" : ""}${isBad ? " bad-row" : ""}`}
      style={{ top: `${index * ROW}px` }}
      onClick={() => go(last)}
      onKeyDown={(event) => event.key === "Enter" && go(last)}
    >
      <StepNumber {...{ row, block, toggle }} />
      {Array.from({ length: cpus }, (_, cpu) => {
        if (cpu === block.cpu)
          return (
            <span key={cpu} class={`lane ${taskClass(actors, block.task)}`}>
              {laneText(model, row, block, at)}
            </span>
          );
        const id = current[last]?.[cpu] ?? 0;
        const name = nameOf(history, actors, { record: "task", id });
        return (
          <span
            key={cpu}
            class={`resting ${taskClass(actors, name)}`}
            title={`${name} is on CPU${cpu} (step ${first + 1})`}
          />
        );
      })}
      <span class="step-note" title={text}>
        {text}
      </span>
    </div>
  );
}

/** The step's number; of a block that can be unfolded, the button that does. */
function StepNumber({
  row,
  block,
  toggle,
}: {
  readonly row: Row;
  readonly block: Block;
  readonly toggle: (block: number) => void;
}) {
  if (row.kind === "step") return <span class="step-number">{row.step + 1}</span>;
  const { from, to } = block;
  if (to - from === 1) return <span class="step-number">{to}</span>;
  return (
    <button
      type="button"
      class="step-number"
      tabIndex={-1}
      aria-expanded={row.isOpen}
      aria-label={`steps ${from + 1} to ${to}: ${row.isOpen ? "fold" : "unfold"}`}
      onClick={(event) => {
        event.stopPropagation();
        toggle(row.block);
      }}
    >
      {row.isOpen ? "▾" : "▸"}
      {from + 1}–{to}
    </button>
  );
}

/** `C perf_event_exit_task_context.pin..lockCtx`; the label of the step itself where we stand in it. */
function laneText({ run }: ModelRun, row: Row, { from, to, task, fn }: Block, at: number) {
  const label = (step: number) => run.steps[step]?.label ?? "";
  if (row.kind === "step") return `· ${label(row.step)}`;
  const isHere = from <= at && at < to;
  const labels = to - from === 1 ? label(from) : `${label(from)}…${label(to - 1)}`;
  const shown = row.isOpen ? "" : isHere && to - from > 1 ? label(at) : labels;
  return (
    <>
      <b>{task}</b> {fn}
      {shown !== "" && <i>.{shown}</i>}
    </>
  );
}

/** What is lost in a line, and whether it is where the run fails or will fail of. */
function noteOf({ run, lost, failing }: ModelRun, row: Row, { from, to }: Block) {
  const [first, end] = row.kind === "step" ? [row.step, row.step + 1] : [from, to];
  const isIn = (step: number) => first <= step && step < end;
  const gone = run.steps.slice(first, end).flatMap((step) => step.lost);
  const marks = [
    ...gone,
    ...(lost >= 0 && isIn(lost) ? ["lost here"] : []),
    ...(failing >= 0 && isIn(failing) ? ["fails here"] : []),
  ];
  return { text: marks.join("; "), isBad: isIn(lost) || isIn(failing) };
}
