import type { RecordedFrame } from "../../recording/index.ts";
import { formatCount, formatObject, instructionText, stackLines } from "../../wording/index.ts";
import { type HitWords, placeText, wordsOf } from "./hit-words.ts";
import type { LiveView } from "./live-view.ts";
import { Marker } from "./marker.tsx";

/** All that is known of the hit under the pointer, or of the one that was gone to. */
export function HitPanel({ view }: { readonly view: LiveView }) {
  const at = view.pointed.value ?? view.chosen.value;
  const count = view.opened.recording.hits.length;
  if (at === undefined || at >= count) {
    return (
      <aside class="panel" aria-label="Hit">
        <h2>No hit chosen</h2>
        <p>
          Point at one, or go from hit to hit with <kbd>←</kbd> and <kbd>→</kbd>.
        </p>
      </aside>
    );
  }
  const words = wordsOf(view, at);
  return (
    <aside class="panel" aria-label="Hit">
      <h2>
        Hit {formatCount(at + 1)} <span class="soft">of {formatCount(count)}</span>
      </h2>
      <Facts words={words} />
      <Instruction words={words} />
      <Stack view={view} words={words} />
      <Source view={view} words={words} />
    </aside>
  );
}

function Facts({ words }: { readonly words: HitWords }) {
  const { writer, thread, value, spot } = words;
  return (
    <dl>
      <dt>code</dt>
      <dd>
        <Marker color={writer?.color ?? 0} /> <code>{writer?.code}</code>
        {writer?.site.kernel === true ? " (the kernel, for the thread)" : ""}
      </dd>
      <dt>{spot?.name ?? "value"}</dt>
      <dd>
        {value === undefined ? (
          <span class="soft">no value recorded: --values</span>
        ) : (
          <code>
            {value.old === undefined ? "" : `${value.old} → `}
            <strong>{value.now}</strong>
          </code>
        )}
        {words.isRebuilt ? <span class="soft"> (from the instruction)</span> : ""}
      </dd>
      <dt>thread</dt>
      <dd>
        {thread?.comm} {thread?.tid} <span class="soft">on CPU {words.cpu}</span>
      </dd>
      <dt>time</dt>
      <dd>{words.time}</dd>
    </dl>
  );
}

function Instruction({ words }: { readonly words: HitWords }) {
  const { writer } = words;
  const text = instructionText(writer?.site.culprit);
  if (writer === undefined || text === "") return null;
  const address = writer.site.culprit?.instruction?.address ?? writer.site.frame.address;
  return (
    <section>
      <h3>Instruction</h3>
      <pre>
        <span class="soft">0x{address.toString(16)}</span> {text}
      </pre>
    </section>
  );
}

function Stack({ view, words }: { readonly view: LiveView; readonly words: HitWords }) {
  const { hits, stacks } = view.opened.recording;
  const stack = stacks[hits.stacks[words.at] ?? -1];
  if (stack === undefined) {
    return (
      <section>
        <h3>Call chain</h3>
        <p class="soft">Not recorded: watch with -g.</p>
      </section>
    );
  }
  return (
    <section>
      <h3>Call chain</h3>
      <ol class="stack">
        {stackLines(stack.frames, stack.cut).map((line) => (
          <li key={line}>
            <code>{line}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The lines around the access, of the function itself and of what it was inlined from. */
function Source({ view, words }: { readonly view: LiveView; readonly words: HitWords }) {
  const frame = words.writer?.site.frame;
  const place = frame === undefined ? undefined : placeOf(frame);
  if (frame === undefined || place === undefined) {
    return (
      <section>
        <h3>Source</h3>
        <p class="soft">
          {frame === undefined ? "" : `No line is known in ${formatObject(frame)}.`}
        </p>
      </section>
    );
  }
  const { file, line } = place;
  const source = view.opened.recording.sources.find(
    (it) => it.file === file && it.first <= line && line < it.first + it.lines.length,
  );
  return (
    <section>
      <h3 title={file}>{placeText(file, line)}</h3>
      {source === undefined ? (
        <p class="soft">Its text was not there to be recorded.</p>
      ) : (
        <>
          {source.isNewer === true ? (
            <p class="warn">The file is newer than the program: lines may have moved.</p>
          ) : null}
          <ol class="source" start={source.first}>
            {source.lines.map((text, index) => {
              const number = source.first + index;
              return (
                <li key={number} aria-current={number === line ? "true" : undefined}>
                  <code>{text === "" ? " " : text}</code>
                </li>
              );
            })}
          </ol>
        </>
      )}
    </section>
  );
}

function placeOf({ file, line }: RecordedFrame): { file: string; line: number } | undefined {
  return file === undefined || line === undefined ? undefined : { file, line };
}
