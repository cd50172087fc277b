import type { Theme } from "./theme.ts";

/** A canvas with its size in the page's pixels, and how many of its own there are to one of these. */
export interface Sheet {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** An empty sheet of a canvas as large as it stands in the page. */
export function sheetOf(canvas: HTMLCanvasElement, theme: Theme): Sheet | undefined {
  const context = canvas.getContext("2d", { alpha: false });
  const { clientWidth: width, clientHeight: height } = canvas;
  if (context === null || width === 0 || height === 0) return undefined;
  const ratio = globalThis.devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, width, height);
  return { context, width, height, ratio };
}
