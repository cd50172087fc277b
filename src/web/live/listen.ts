type Listeners = {
  readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void;
};

const NAMES = [
  ...(["wheel", "pointerdown", "pointermove", "pointerup"] as const),
  ...(["pointercancel", "pointerleave"] as const),
];

/** Listens to pointers, and returns what ends that. A wheel can be kept from scrolling the page. */
export function listen(element: HTMLElement, listeners: Listeners): () => void {
  const controller = new AbortController();
  const how = { passive: false, signal: controller.signal };
  const add = <K extends (typeof NAMES)[number]>(name: K) => {
    const listener = listeners[name];
    if (listener !== undefined) element.addEventListener(name, listener, how);
  };
  for (const name of NAMES) add(name);
  return () => controller.abort();
}
