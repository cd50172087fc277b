import { PALETTE, SHAPES } from "./palette.ts";

/** A writer's colour and shape, as its hits are drawn. */
export function Marker({ color }: { readonly color: number }) {
  const look = PALETTE[color];
  if (look === undefined) return null;
  return (
    <svg class="marker" viewBox="-1.4 -1.4 2.8 2.8" aria-hidden="true">
      <path
        d={SHAPES[look.shape]}
        fill-rule="evenodd"
        style={{ fill: `light-dark(${look.light}, ${look.dark})` }}
      />
    </svg>
  );
}
