import { listen } from "./listen.ts";
import type { LiveView } from "./live-view.ts";
import { type Span, timeAt, xOf } from "./span.ts";

/** So near to an edge of the window it is the edge that is dragged. */
const EDGE_PX = 8;

/** In the overview a pointer moves the window or its edges, or draws another. */
export function startOverview(view: LiveView, canvas: HTMLCanvasElement): () => void {
  let drag: ((time: number) => Span) | undefined;
  const timeOf = (event: PointerEvent) =>
    timeAt({ span: view.whole.value, width: canvas.clientWidth }, event.offsetX);
  return listen(canvas, {
    pointerdown: (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      drag = dragFrom(view, canvas, event.offsetX);
    },
    pointermove: (event) => {
      if (drag !== undefined) view.look(drag(timeOf(event)));
    },
    pointerup: () => {
      drag = undefined;
    },
    pointercancel: () => {
      drag = undefined;
    },
    wheel: (event) => {
      event.preventDefault();
      view.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2);
    },
  });
}

/** What window a drag that begins here leads to. */
function dragFrom(
  view: LiveView,
  { clientWidth: width }: HTMLCanvasElement,
  x: number,
): (time: number) => Span {
  const scale = { span: view.whole.value, width };
  const { from, to } = view.window.value;
  const start = timeAt(scale, x);
  const [left, right] = [xOf(scale, from), xOf(scale, to)];
  const ordered = (a: number, b: number) => ({ from: Math.min(a, b), to: Math.max(a, b) });
  if (Math.abs(x - left) <= EDGE_PX) return (time) => ordered(time, to);
  if (Math.abs(x - right) <= EDGE_PX) return (time) => ordered(from, time);
  const isAll = from <= scale.span.from && to >= scale.span.to;
  if (x < left || x > right || isAll) return (time) => ordered(start, time);
  return (time) => ({ from: from + time - start, to: to + time - start });
}
