/** A recording as it comes to the page. */
export interface RecordingSource {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What recorded it still runs: more comes as it happens. */
  readonly isLive: boolean;
  /** How much there will be; undefined where nobody knows. */
  readonly size: number | undefined;
}

/** The element of a page that holds its recording, gzipped and in base64. */
export const EMBEDDED_ID = "recording";
/** What a server says of a recording that is being made. */
export const LIVE_HEADER = "trapline-live";

/** The recording in the page itself, where it was mailed; else the one beside it on its server. */
export async function recordingSource(document: Document): Promise<RecordingSource> {
  const embedded = document.getElementById(EMBEDDED_ID)?.textContent;
  if (embedded !== undefined && embedded !== null) return embeddedSource(embedded);
  const response = await fetch("recording");
  if (!response.ok || response.body === null) {
    throw new Error(`its server answers ${response.status} ${response.statusText}`);
  }
  const isLive = response.headers.has(LIVE_HEADER);
  const size = Number(response.headers.get("content-length") ?? Number.NaN);
  return { chunks: chunksOf(response.body), isLive, size: Number.isNaN(size) ? undefined : size };
}

function embeddedSource(base64: string): RecordingSource {
  const packed = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return { chunks: chunksOf(bytes), isLive: false, size: undefined };
}

/** Not every browser lets a stream be walked through by itself. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let it = await reader.read(); !it.done; it = await reader.read()) yield it.value;
}
