/** A stretch of time, in ns since the watch began. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nothing shorter can be looked at: times are whole ns. */
const SHORTEST_NS = 20;

/** A span within the whole, not shorter than can be looked at; its length is kept where it fits. */
export function within({ from, to }: Span, whole: Span): Span {
  const most = whole.to - whole.from;
  const length = Math.min(Math.max(to - from, SHORTEST_NS), Math.max(most, SHORTEST_NS));
  const start = Math.min(Math.max(from, whole.from), Math.max(whole.from, whole.to - length));
  return { from: start, to: start + length };
}

/** Longer or shorter by a factor, with one moment staying where it is. */
export function zoomed({ from, to }: Span, factor: number, around: number): Span {
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

export function moved({ from, to }: Span, by: number): Span {
  return { from: from + by, to: to + by };
}

/** Where a moment is on a picture so many pixels wide, and the other way round. */
export interface Scale {
  readonly span: Span;
  readonly width: number;
}

export function xOf({ span, width }: Scale, time: number): number {
  return ((time - span.from) / (span.to - span.from)) * width;
}

export function timeAt({ span, width }: Scale, x: number): number {
  return span.from + (x / width) * (span.to - span.from);
}

const NS_PER_S = 1e9;
/** Between two marks of an axis there is room for a text. */
const MARK_PX = 110;

/** Round moments for an axis, as texts. */
export function timeMarks(
  scale: Scale,
): readonly { readonly time: number; readonly text: string }[] {
  const { from, to } = scale.span;
  const step = Math.max(1, roundStep(((to - from) * MARK_PX) / scale.width));
  const decimals = Math.min(9, Math.max(0, 9 - Math.floor(Math.log10(step))));
  const marks = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    marks.push({ time, text: `${(time / NS_PER_S).toFixed(decimals)} s` });
  }
  return marks;
}

/** 1, 2 or 5 and noughts, at least as much as asked. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-300)));
  const factor = [1, 2, 5].find((it) => it * power >= least) ?? 10;
  return factor * power;
}
