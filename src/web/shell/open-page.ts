import { type Signal, signal } from "@preact/signals";
import { RecordingError, RecordingInMemory } from "../../recording/index.ts";
import { type RecordingSource, recordingSource } from "./recording-source.ts";
import { seldom } from "./seldom.ts";

/** A recording that is shown, and perhaps still made. */
export interface Opened {
  readonly recording: RecordingInMemory;
  /** Goes up whenever there is more in the recording. */
  readonly revision: Signal<number>;
  /** More is to come. */
  readonly isLive: Signal<boolean>;
  /** Why no more came, where it should have. */
  readonly broken: Signal<string | undefined>;
}

/** What there is to see. */
export type PageState =
  | { readonly kind: "reading"; readonly bytes: number; readonly size: number | undefined }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "open"; readonly opened: Opened };

/** So long is read before the page may draw and listen again. */
const SLICE_MS = 30;
/** So often a view is told how far it is, and of a watch that runs what came: that runs here, too. */
const TELL_MS = 100;
const TELL_LIVE_MS = 300;

/** Reads the page's recording; the state tells how far that is. */
export function openPage(document: Document): Signal<PageState> {
  const state = signal<PageState>({ kind: "reading", bytes: 0, size: undefined });
  recordingSource(document)
    .then((source) => readAll(source, state))
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      state.value = { kind: "failed", why };
    });
  return state;
}

async function readAll(source: RecordingSource, state: Signal<PageState>): Promise<void> {
  const opened: Opened = {
    ...{ recording: new RecordingInMemory(), revision: signal(0), isLive: signal(source.isLive) },
    broken: signal(undefined),
  };
  const { recording } = opened;
  try {
    await readChunks(source, opened, state);
  } catch (error) {
    if (error instanceof RecordingError || recording.header === undefined) throw error;
    opened.broken.value = error instanceof Error ? error.message : String(error);
  }
  recording.end();
  opened.isLive.value = false;
  opened.revision.value += 1;
  state.value = { kind: "open", opened };
}

async function readChunks(
  { chunks, isLive, size }: RecordingSource,
  opened: Opened,
  state: Signal<PageState>,
): Promise<void> {
  const { recording, revision } = opened;
  let bytes = 0;
  const tell = seldom(isLive ? TELL_LIVE_MS : TELL_MS, () => {
    if (!isLive) state.value = { kind: "reading", bytes, size };
    else if (recording.header === undefined) return;
    else if (state.value.kind === "open") revision.value += 1;
    else state.value = { kind: "open", opened };
  });
  let pausedAt = performance.now();
  for await (const chunk of chunks) {
    recording.push(chunk);
    bytes += chunk.length;
    tell();
    if (performance.now() - pausedAt < SLICE_MS) continue;
    await pause();
    pausedAt = performance.now();
  }
  tell.cancel();
}

/** Lets the browser draw, and events come in. A timer would make it wait, a message does not. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
