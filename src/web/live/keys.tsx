import type { RefObject } from "preact";
import type { LiveView } from "./live-view.ts";

/** What a key does while the time line has the focus, and how the page says it. */
interface KeyAction {
  readonly keys: readonly string[];
  readonly text: string;
  readonly act: (view: LiveView) => void;
}

const ZOOM = 0.5;
const PAN = 0.25;

const ACTIONS: readonly KeyAction[] = [
  {
    ...{ keys: ["ArrowRight"], text: "next hit in the lane" },
    act: (view) => stepInLane(view, 1),
  },
  {
    ...{ keys: ["ArrowLeft"], text: "hit before in the lane" },
    act: (view) => stepInLane(view, -1),
  },
  {
    ...{ keys: ["n"], text: "next hit in any lane" },
    act: (view) => view.step(view.selection.value, 1),
  },
  {
    ...{ keys: ["p"], text: "hit before in any lane" },
    act: (view) => view.step(view.selection.value, -1),
  },
  { ...{ keys: ["ArrowDown"], text: "lane below" }, act: (view) => changeLane(view, 1) },
  { ...{ keys: ["ArrowUp"], text: "lane above" }, act: (view) => changeLane(view, -1) },
  { ...{ keys: ["Home"], text: "first hit" }, act: (view) => goTo(view, 0) },
  { ...{ keys: ["End"], text: "last hit" }, act: (view) => goTo(view, -1) },
  { ...{ keys: ["+", "="], text: "zoom in" }, act: (view) => view.zoom(ZOOM) },
  { ...{ keys: ["-"], text: "zoom out" }, act: (view) => view.zoom(1 / ZOOM) },
  { ...{ keys: ["a"], text: "earlier" }, act: (view) => view.pan(-PAN) },
  { ...{ keys: ["d"], text: "later" }, act: (view) => view.pan(PAN) },
  { ...{ keys: ["0"], text: "all time" }, act: (view) => view.look(view.whole.value) },
  { ...{ keys: ["m"], text: "mark what is seen" }, act: markSeen },
  { ...{ keys: ["z"], text: "zoom to what is marked" }, act: zoomToMarked },
  { ...{ keys: ["Escape"], text: "let go of hit and mark" }, act: letGo },
  {
    ...{ keys: ["l"], text: "lanes of threads or CPUs" },
    act: (view) => view.setGrouping(view.grouping.value === "cpu" ? "thread" : "cpu"),
  },
];

/** Does what a key means; false where it means nothing. */
export function actOnKey(view: LiveView, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const action = ACTIONS.find(({ keys }) => keys.includes(event.key));
  action?.act(view);
  return action !== undefined;
}

function stepInLane(view: LiveView, by: 1 | -1): void {
  const lane = view.laneOf(view.chosen.value);
  if (lane !== undefined) view.step(lane, by);
}

/** The hit of the lane below or above that is next in time. */
function changeLane(view: LiveView, by: 1 | -1): void {
  const { lanes } = view.selection.value;
  const at = view.chosen.value;
  const lane = view.laneOf(at);
  const next = lanes[lane === undefined ? 0 : lanes.indexOf(lane) + by];
  if (next === undefined) return;
  const time = at === undefined ? view.window.value.from : view.timeOf(at);
  const place = Math.min(next.times.before(time), next.hits.length - 1);
  view.choose(next.hits.items[place]);
}

function goTo(view: LiveView, end: 0 | -1): void {
  const { hits } = view.selection.value;
  if (hits.length > 0) view.choose(hits.items[end === 0 ? 0 : hits.length - 1]);
}

function markSeen(view: LiveView): void {
  view.marked.value = view.window.value;
}

function zoomToMarked(view: LiveView): void {
  const { value } = view.marked;
  if (value !== undefined) view.look(value);
}

function letGo(view: LiveView): void {
  if (view.marked.value !== undefined) view.marked.value = undefined;
  else view.choose(undefined);
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" },
};

/** All keys, and what pointers do. */
export function KeysDialog({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys of the time line</h2>
      <dl>
        {ACTIONS.map(({ keys, text }) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{NAMES[key] ?? key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>these keys</dd>
        </div>
      </dl>
      <p>
        The wheel zooms, with Shift it moves. A mouse marks time by dragging, and in the overview
        chooses what is seen. A finger moves, two zoom. The line below the hits of a lane is drawn
        while the thread was on a processor, where that was recorded (--switch-events).
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
