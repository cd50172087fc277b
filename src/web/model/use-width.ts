import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Before anybody has measured. */
const UNKNOWN = 640;

/** How wide an element is, now and whenever that changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(UNKNOWN);
  useLayoutEffect(() => {
    const it = element.current;
    if (it === null) return undefined;
    const measure = () => setWidth(it.clientWidth || UNKNOWN);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(it);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
