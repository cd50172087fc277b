import type { ComponentChildren } from "preact";

// Drawn for the guide: what points to what, in the fewest boxes.

interface PictureProps {
  readonly words: string;
  readonly children: ComponentChildren;
}

function Picture({ words, children }: PictureProps) {
  return (
    <svg class="picture" viewBox="0 0 420 130" role="img" aria-label={words}>
      <defs>
        <marker
          id="picture-head"
          {...{ refX: 7, refY: 4, markerWidth: 8, markerHeight: 8 }}
          viewBox="0 0 8 8"
          orient="auto"
          markerUnits="userSpaceOnUse"
        >
          <path class="picture-head" d="M0,0 L8,4 L0,8 z" />
        </marker>
      </defs>
      {children}
    </svg>
  );
}

interface ItemProps {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly below?: string;
  readonly look?: string;
}

function Item({ x, y, text, below, look = "" }: ItemProps) {
  return (
    <g class={`item ${look}`}>
      <rect x={x} y={y} width={92} height={36} rx={4} />
      <text x={x + 46} y={y + (below === undefined ? 22 : 16)}>
        {text}
      </text>
      {below !== undefined && (
        <text class="small" x={x + 46} y={y + 29}>
          {below}
        </text>
      )}
    </g>
  );
}

interface WayProps {
  readonly d: string;
  readonly look?: string;
  readonly text?: string;
  readonly at?: readonly [x: number, y: number];
}

function Way({ d, look = "", text, at }: WayProps) {
  return (
    <g class={`way ${look}`}>
      <path d={d} marker-end="url(#picture-head)" />
      {text !== undefined && at !== undefined && (
        <text x={at[0]} y={at[1]}>
          {text}
        </text>
      )}
    </g>
  );
}

function Cross({ x, y }: { readonly x: number; readonly y: number }) {
  return <path class="picture-cross" d={`M${x - 6},${y - 6} l12,12 M${x + 6},${y - 6} l-12,12`} />;
}

export function OopsPicture() {
  return (
    <Picture words="The event points to its context; the context's task is the tombstone, and the pointer to task C is gone.">
      <Item x={10} y={10} text="task C" below="exits" look="task-1" />
      <Item x={10} y={84} text="TOMBSTONE" below="-1" look="gone" />
      <Item x={164} y={47} text="context" />
      <Item x={318} y={47} text="event" below="is destroyed" />
      <Way d="M318,65 L260,65" text="event->ctx" at={[289, 40]} />
      <Way d="M164,72 L108,98" look="lost" text="ctx->task" at={[142, 106]} />
      <Cross x={136} y={85} />
    </Picture>
  );
}

export function SwapPicture() {
  return (
    <Picture words="Before the swap task C has event 2 and D event 3. After it D has event 2, frees it, and C's last_hit_ubp still points to it.">
      <Item x={10} y={10} text="task C" below="steps" look="task-1" />
      <Item x={10} y={84} text="task D" below="exits" look="task-2" />
      <Item x={318} y={10} text="event 3" />
      <Item x={318} y={84} text="event 2" below="freed" look="gone" />
      <Way d="M102,22 C200,10 230,14 310,22" text="after the swap" at={[210, 12]} />
      <Way d="M102,102 L310,102" text="after the swap" at={[190, 122]} />
      <Way d="M102,38 C200,46 230,80 310,92" look="lost" text="last_hit_ubp" at={[150, 66]} />
      <Cross x={222} y={66} />
    </Picture>
  );
}

export function PerCpuPicture() {
  return (
    <Picture words="Task P leaves CPU 0 with its step bit; the register of CPU 0 stays, and is off while C stores.">
      <Item x={10} y={10} text="task P" below="step bit set" look="task-0" />
      <Item x={10} y={84} text="task C" below="stores to x" look="task-1" />
      <Item x={318} y={47} text="register" below="off" look="gone" />
      <Item x={164} y={47} text="CPU 0" />
      <Way d="M164,56 L108,34" text="leaves" at={[146, 36]} />
      <Way d="M102,98 L158,76" text="comes" at={[142, 104]} />
      <Way d="M260,65 L312,65" look="lost" text="stays" at={[286, 58]} />
    </Picture>
  );
}

export function StayPicture() {
  return (
    <Picture words="A time line of CPU 0: task C comes, traps, and leaves; the pending step is cancelled before it leaves, and the register is armed again.">
      <g class="item">
        <rect class="stay task-1" x={60} y={20} width={170} height={28} />
        <rect class="stay task-0" x={230} y={20} width={150} height={28} />
        <text x={28} y={39}>
          CPU 0
        </text>
        <text x={90} y={39}>
          C
        </text>
        <text x={305} y={39}>
          P
        </text>
        <rect class="pending" x={140} y={54} width={88} height={12} />
        <text class="small" x={184} y={84}>
          step pending
        </text>
        <text class="small" x={138} y={104}>
          trap
        </text>
        <text class="small" x={268} y={104}>
          cancelled: register on
        </text>
      </g>
      <Way d="M140,92 L140,52" />
      <Way d="M230,92 L230,52" />
    </Picture>
  );
}
