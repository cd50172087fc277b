import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { LivePage } from "../live/live-page.tsx";
import { RecordedRuns } from "../model/recorded-runs.tsx";
import type { PageState } from "./open-page.ts";

/** The whole page: what the recording is of decides how it is shown. */
export function Page({ state }: { readonly state: Signal<PageState> }) {
  const now = state.value;
  switch (now.kind) {
    case "reading":
      return (
        <Message title="Reading the recording …">
          <progress value={now.bytes} max={now.size} aria-label="read so far" />
        </Message>
      );
    case "failed":
      return (
        <Message title="The recording cannot be shown">
          <p role="alert">{now.why}</p>
        </Message>
      );
    case "open": {
      const { recording } = now.opened;
      if (recording.runs.length > 0) return <RecordedRuns runs={recording.runs} />;
      return <LivePage opened={now.opened} />;
    }
  }
}

function Message({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="message">
      <h1>{title}</h1>
      {children}
    </main>
  );
}
