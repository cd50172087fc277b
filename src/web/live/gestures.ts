import type { LiveView } from "./live-view.ts";
import { type Span, timeAt } from "./span.ts";

/** A drag shorter than this is a click. */
const LEAST_DRAG_PX = 4;
const ZOOM_PER_PX = 1.0016;
/** A wheel that counts in lines. */
const LINE_PX = 16;

/** What pointers do on a picture of the window: a wheel zooms, a mouse marks, fingers move and pinch. */
export class Gestures {
  private readonly view: LiveView;
  private readonly element: HTMLElement;
  /** Where each pointer that is down is. */
  private readonly down = new Map<number, number>();
  private startX = 0;
  private isMarking = false;
  /** One finger, or a mouse, since it went down. */
  private isAlone = true;

  constructor(view: LiveView, element: HTMLElement) {
    this.view = view;
    this.element = element;
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways) {
      this.view.pan(((event.deltaX + (event.shiftKey ? event.deltaY : 0)) * unit) / this.width);
    } else this.view.zoom(ZOOM_PER_PX ** (event.deltaY * unit), this.timeOf(event));
  }

  start(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.isAlone = this.down.size === 0;
    this.down.set(event.pointerId, this.xOf(event));
    this.startX = this.xOf(event);
    this.isMarking = false;
  }

  /** True while something is dragged. */
  move(event: PointerEvent): boolean {
    const before = this.down.get(event.pointerId);
    if (before === undefined) return false;
    const x = this.xOf(event);
    if (event.pointerType === "touch") this.moveFinger(event.pointerId, before, x);
    else if (this.isMarking || Math.abs(x - this.startX) >= LEAST_DRAG_PX) {
      this.isMarking = true;
      this.view.marked.value = this.spanBetween(this.startX, x);
    }
    this.down.set(event.pointerId, x);
    return this.isMarking || event.pointerType === "touch";
  }

  /** True where it was a click. */
  end(event: PointerEvent): boolean {
    const x = this.xOf(event);
    const wasDown = this.down.delete(event.pointerId);
    if (!wasDown || !this.isAlone || this.isMarking) return false;
    return Math.abs(x - this.startX) < LEAST_DRAG_PX;
  }

  private moveFinger(id: number, before: number, x: number): void {
    const other = [...this.down].find(([it]) => it !== id)?.[1];
    if (other === undefined) this.view.pan((before - x) / this.width);
    else {
      const factor = Math.max(1, Math.abs(before - other)) / Math.max(1, Math.abs(x - other));
      this.view.zoom(factor, this.timeAtX(other));
    }
  }

  private spanBetween(a: number, b: number): Span {
    const { from, to } = this.view.window.value;
    const times = [this.timeAtX(a), this.timeAtX(b)].map((it) => Math.min(Math.max(it, from), to));
    return { from: Math.min(...times), to: Math.max(...times) };
  }

  private get width(): number {
    return Math.max(1, this.element.clientWidth);
  }

  private xOf(event: MouseEvent): number {
    return event.clientX - this.element.getBoundingClientRect().left;
  }

  private timeOf(event: MouseEvent): number {
    return this.timeAtX(this.xOf(event));
  }

  private timeAtX(x: number): number {
    return timeAt({ span: this.view.window.value, width: this.width }, x);
  }
}
