import { useRef } from "preact/hooks";
import type { ModelRun } from "./model-run.ts";
import type { ObjectName } from "./object-history.ts";
import { referencesAt } from "./references.ts";
import { brokenWords } from "./step-words.ts";
import { boxesAt } from "./strip-boxes.ts";
import { type Arrow, type PlacedBox, stripLayout } from "./strip-layout.ts";
import { taskClass } from "./task-colour.ts";
import { useWidth } from "./use-width.ts";

export interface ObjectStripProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
  readonly chosen: ObjectName | undefined;
  readonly choose: (object: ObjectName | undefined) => void;
}

/** Wider, there is room for the names of pointers. */
const WIDE = 520;

/** Tasks, contexts, events and slots after a step, with who points to whom. */
export function ObjectStrip({ model, at, go, chosen, choose }: ObjectStripProps) {
  const frame = useRef<HTMLElement>(null);
  const width = useWidth(frame);
  const references = referencesAt(model.history, at);
  const boxes = boxesAt(model, at, references);
  const { boxes: placed, arrows, height } = stripLayout(boxes, references, width);
  const sound = arrows.filter(({ reference }) => reference.state === "sound");
  const broken = arrows.filter(({ reference }) => reference.state !== "sound");
  return (
    <section
      class="strip"
      aria-label="Tasks, contexts, events and processors after the step"
      ref={frame}
      style={{ height: `${height}px` }}
    >
      <svg {...{ width, height }} aria-hidden="true">
        <defs>
          <Head id="head" size={6} />
          <Head id="broken-head" size={4} />
        </defs>
        {sound.map((arrow) => (
          <Sound key={arrowKey(arrow)} {...{ arrow }} isNamed={width >= WIDE} />
        ))}
      </svg>
      {placed.map((box) => (
        <Box
          key={`${box.object.record}${box.object.id}`}
          {...{ box, model }}
          isChosen={chosen?.record === box.object.record && chosen.id === box.object.id}
          choose={() => choose(box.object)}
        />
      ))}
      <svg class="above" {...{ width, height }} aria-hidden="true">
        {broken.map(({ reference, path }) => (
          <path
            key={`${reference.from.id} ${reference.field}`}
            class="broken-line"
            d={path}
            marker-end="url(#broken-head)"
          />
        ))}
      </svg>
      {broken.map((arrow) => (
        <Broken key={arrowKey(arrow)} {...{ arrow, model, at, go }} />
      ))}
    </section>
  );
}

/** The point of an arrow. */
function Head({ id, size }: { readonly id: string; readonly size: number }) {
  return (
    <marker
      {...{ id, refX: 5, refY: 3, markerWidth: size, markerHeight: size }}
      viewBox="0 0 6 6"
      orient="auto"
    >
      <path class={id} d="M0,0 L6,3 L0,6 z" />
    </marker>
  );
}

function arrowKey({ reference: { from, field, to } }: Arrow): string {
  return `${from.record}${from.id}.${field}.${to.record}${to.id}`;
}

function Sound({ arrow, isNamed }: { readonly arrow: Arrow; readonly isNamed: boolean }) {
  const { reference, path, middle } = arrow;
  return (
    <g class={reference.field.includes("last_hit_ubp") ? "hit" : undefined}>
      <path class="arrow-line" d={path} marker-end="url(#head)">
        <title>{reference.field}</title>
      </path>
      {isNamed && reference.field.includes("last_hit_ubp") && (
        <text class="arrow-name" x={middle.x} y={middle.y - 3}>
          last_hit_ubp
        </text>
      )}
    </g>
  );
}

interface BrokenProps {
  readonly arrow: Arrow;
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
}

/** A click leads to where it broke, and from there to where it is followed. */
function Broken({ arrow, model, at, go }: BrokenProps) {
  const { reference, middle } = arrow;
  const { since } = reference;
  const { failing } = model;
  const follow = () => go(at === since && failing >= 0 ? failing : Math.max(0, since));
  const words = `${brokenWords(model, reference)} since step ${since + 1}`;
  return (
    <button
      type="button"
      class="broken"
      title={words}
      aria-label={words}
      style={{ left: `${middle.x}px`, top: `${middle.y}px` }}
      onClick={follow}
    >
      ✕
    </button>
  );
}

interface BoxProps {
  readonly box: PlacedBox;
  readonly model: ModelRun;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

function Box({ box, model, isChosen, choose }: BoxProps) {
  const { x, y, width, height, title, lines, look, task } = box;
  const colour = task === undefined ? "" : taskClass(model.run.program.actors, task);
  const place = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  return (
    <button
      type="button"
      class={`box ${look} ${colour}`}
      aria-pressed={isChosen}
      disabled={look === "tomb"}
      style={place}
      onClick={choose}
    >
      <b>{title}</b>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </button>
  );
}
