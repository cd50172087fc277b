import { untracked, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { describeSpot, formatNumber } from "../../wording/index.ts";
import type { Opened } from "../shell/open-page.ts";
import { Filters } from "./filters.tsx";
import { HitPanel } from "./hit-panel.tsx";
import { formatMoment, sentenceOf, wordsOf } from "./hit-words.ts";
import { actOnKey, KeysDialog } from "./keys.tsx";
import { LiveView } from "./live-view.ts";
import { Notices } from "./notices.tsx";
import { Timeline } from "./timeline.tsx";
import { WritersTable } from "./writers-table.tsx";

/** A watch: who accessed what, when, and what it left there. */
export function LivePage({ opened }: { readonly opened: Opened }) {
  const view = useMemo(() => new LiveView(opened), [opened]);
  const keys = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    opened.revision.value;
    view.isPaused.value;
    untracked(() => view.update()); // what it reads is not what it follows
  });
  const showKeys = useCallback(() => keys.current?.showModal(), []);
  useEffect(() => onKeys(view, showKeys), [view, showKeys]);
  return (
    <div class="live">
      <Heading view={view} showKeys={showKeys} />
      <Notices view={view} />
      <Filters view={view} />
      <main>
        <Timeline view={view} />
        <HitPanel view={view} />
        <WritersTable view={view} />
      </main>
      <Spoken view={view} />
      <KeysDialog dialog={keys} />
    </div>
  );
}

/** The time line's keys work where nothing else has the focus, a question mark wherever it is no text. */
function onKeys(view: LiveView, showKeys: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.key === "?" && !(event.target instanceof HTMLInputElement)) showKeys();
    else if (event.target === document.body && actOnKey(view, event)) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

function Heading({ view, showKeys }: { view: LiveView; showKeys: () => void }) {
  view.drawn.value; // the numbers go up
  const { isLive, recording } = view.opened;
  const time = formatMoment(view.whole.value.to);
  const { isPaused } = view;
  return (
    <header>
      <h1>{view.spots.map(describeSpot).join(", ")}</h1>
      <p>
        {formatNumber(recording.hits.length, "hit")} in {time}
      </p>
      {isLive.value ? (
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            isPaused.value = !isPaused.value;
          }}
        >
          {isPaused.value ? "Go on" : "Pause"}
        </button>
      ) : null}
      <span class={isLive.value ? "state live-now" : "state"} role="status">
        {isLive.value ? "live" : "recorded"}
      </span>
      <button type="button" onClick={showKeys}>
        Keys <kbd>?</kbd>
      </button>
    </header>
  );
}

/** What a screen reader says when another hit is gone to. */
function Spoken({ view }: { readonly view: LiveView }) {
  const at = view.chosen.value;
  const { length } = view.opened.recording.hits;
  return (
    <p class="aside" aria-live="polite">
      {at === undefined ? "" : sentenceOf(wordsOf(view, at), length)}
    </p>
  );
}
