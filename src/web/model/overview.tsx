import { useRef, useState } from "preact/hooks";
import { nameOf } from "./field-text.ts";
import type { LockWait } from "./lock-bars.ts";
import type { ModelRun } from "./model-run.ts";
import { taskClass } from "./task-colour.ts";
import { useWidth } from "./use-width.ts";

const LANE = 18;
const BAR = 13;
const GAP = 3;
/** Of each that waits for a lock, below the lock's bars. */
const WAIT = 5;
/** Room for the names of lanes. */
const NAMES = 92;
/** So wide a piece must be to have its name in it, per letter. */
const LETTER = 7.2;

export interface OverviewProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
}

/** The whole run at a glance: a lane a processor with the task on it, a bar a lock, and where we are. */
export function Overview({ model, at, go }: OverviewProps) {
  const { run, locks, lost, failing } = model;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [drags, setDrags] = useState(false);
  const count = run.steps.length;
  const scale = Math.max(1, width - NAMES - 1) / Math.max(1, count);
  const xOf = (step: number) => NAMES + step * scale;
  const names = [...new Set([...locks, ...model.waits].map(({ lock }) => lock))];
  const lanes = run.program.cpus;
  const locksFrom = lanes * (LANE + GAP) + GAP;
  const tops: number[] = [];
  let bottom = locksFrom;
  for (const name of names) {
    tops.push(bottom);
    bottom += BAR + GAP + WAIT * rowsOfWaits(model, name);
  }
  const height = bottom + GAP;
  const stepAt = (event: PointerEvent) => {
    const left = frame.current?.getBoundingClientRect().left ?? 0;
    const step = Math.floor((event.clientX - left - NAMES) / scale);
    go(Math.max(0, Math.min(count - 1, step)));
  };
  return (
    <div class="overview" ref={frame}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={overviewWords(model)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrags(true);
          stepAt(event);
        }}
        onPointerMove={(event) => drags && stepAt(event)}
        onPointerUp={() => setDrags(false)}
      >
        {Array.from({ length: lanes }, (_, cpu) => (
          <CpuLane key={cpu} {...{ model, cpu, xOf }} y={cpu * (LANE + GAP)} />
        ))}
        {names.map((lock, index) => (
          <LockLane key={lock} {...{ model, lock, xOf }} y={tops[index] ?? 0} />
        ))}
        {lost >= 0 && <Mark x={xOf(lost)} {...{ height }} kind="lost" />}
        {failing >= 0 && <Mark x={xOf(failing + 1)} {...{ height }} kind="fails" />}
        <rect class="cursor" x={xOf(at)} y={0} width={Math.max(2, scale)} height={height} />
      </svg>
    </div>
  );
}

function overviewWords({ run, locks, waits }: ModelRun): string {
  const words = `${run.steps.length} steps on ${run.program.cpus} processors, ${locks.length} times a lock is held`;
  const waited = waits.map(({ task, lock, from, to }) => waitWords({ task, lock, from, to }));
  return [words, ...waited].join(", ");
}

function waitWords({ task, lock, from, to }: Omit<LockWait, "row">): string {
  return `${task} waits for ${lock}, steps ${from + 1} to ${to}`;
}

function rowsOfWaits({ waits }: ModelRun, lock: string): number {
  return Math.max(0, ...waits.filter((it) => it.lock === lock).map(({ row }) => row + 1));
}

function Mark({ x, height, kind }: { x: number; height: number; kind: string }) {
  return <line class={`mark-${kind}`} x1={x} x2={x} y1={0} y2={height} />;
}

interface LaneProps {
  readonly model: ModelRun;
  readonly xOf: (step: number) => number;
  readonly y: number;
}

function CpuLane({ model, cpu, xOf, y }: LaneProps & { readonly cpu: number }) {
  const { run, history } = model;
  const { actors } = run.program;
  return (
    <>
      <text class="lane-name" x={0} y={y + LANE - 5}>
        CPU{cpu}
      </text>
      {inSight(piecesOf(model, cpu), xOf).map(({ task, from, to }) => {
        const name = nameOf(history, actors, { record: "task", id: task });
        const width = xOf(to) - xOf(from);
        return (
          <g key={from} class={taskClass(actors, name)}>
            <rect class="piece" x={xOf(from)} y={y} {...{ width }} height={LANE} />
            {width > name.length * LETTER + 4 && (
              <text x={xOf(from) + 4} y={y + LANE - 5}>
                {name}
              </text>
            )}
          </g>
        );
      })}
      {inSight(worked(model, cpu), xOf).map(({ from, to }) => (
        <rect
          key={from}
          class="works"
          x={xOf(from)}
          y={y + LANE - 3}
          width={xOf(to) - xOf(from)}
          height={3}
        />
      ))}
    </>
  );
}

/** Of pieces that begin at the same point of the screen, the longest. */
function inSight<P extends { readonly from: number; readonly to: number }>(
  pieces: readonly P[],
  xOf: (step: number) => number,
): readonly P[] {
  const byPoint = new Map<number, P>();
  for (const piece of pieces) {
    const point = Math.floor(xOf(piece.from));
    const other = byPoint.get(point);
    if (other === undefined || other.to - other.from < piece.to - piece.from)
      byPoint.set(point, piece);
  }
  return [...byPoint.values()];
}

/** From when to when which task was on a processor. */
function piecesOf({ current }: ModelRun, cpu: number) {
  const pieces: { task: number; from: number; to: number }[] = [];
  for (const [step, tasks] of current.entries()) {
    const task = tasks[cpu] ?? 0;
    const last = pieces.at(-1);
    if (last?.task === task) last.to = step + 1;
    else pieces.push({ task, from: step, to: step + 1 });
  }
  return pieces;
}

/** When it was this processor that made the steps. */
function worked({ run }: ModelRun, cpu: number) {
  const pieces: { from: number; to: number }[] = [];
  for (const [step, it] of run.steps.entries()) {
    if (it.cpu !== cpu) continue;
    const last = pieces.at(-1);
    if (last?.to === step) last.to = step + 1;
    else pieces.push({ from: step, to: step + 1 });
  }
  return pieces;
}

function LockLane({ model, lock, xOf, y }: LaneProps & { readonly lock: string }) {
  const { run, locks, waits, inverted } = model;
  const isInverted = inverted.some((pair) => pair.includes(lock));
  return (
    <>
      <text class={isInverted ? "lane-name bad" : "lane-name"} x={0} y={y + BAR - 2}>
        {lock}
        {isInverted ? " ⇅" : ""}
      </text>
      {inSight(
        locks.filter((bar) => bar.lock === lock),
        xOf,
      ).map(({ from, to, holder }) => {
        const width = Math.max(1.5, xOf(to) - xOf(from));
        return (
          <g key={from} class={taskClass(run.program.actors, holder)}>
            <rect class="lock" x={xOf(from)} y={y + 2} {...{ width }} height={BAR - 4}>
              <title>
                {lock} held by {holder}, steps {from + 1} to {to}
              </title>
            </rect>
          </g>
        );
      })}
      {waits
        .filter((wait) => wait.lock === lock)
        .map(({ from, to, task, row }) => {
          const at = y + BAR + WAIT * row;
          return (
            <g key={`${task} ${from}`} class={taskClass(run.program.actors, task)}>
              <line class="lock-wait" x1={xOf(from)} x2={xOf(to)} y1={at} y2={at}>
                <title>{waitWords({ task, lock, from, to })}</title>
              </line>
            </g>
          );
        })}
    </>
  );
}
