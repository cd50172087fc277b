import { useId } from "preact/hooks";
import type { LiveView } from "./live-view.ts";
import { valueTest } from "./value-test.ts";

const NS_PER_S = 1e9;

/** What is shown, and in which lanes. */
export function Filters({ view }: { readonly view: LiveView }) {
  const { thread, code, value, writer } = view.filter.value;
  const marked = view.marked.value;
  const isFiltered =
    thread !== "" || code !== "" || value !== "" || writer !== undefined || marked !== undefined;
  const test = valueTest(value, view.spots);
  const wrong = value.trim() === "" || test.ok ? undefined : test.error;
  return (
    <search class="filters">
      <Text
        name="thread"
        hint="worker, 1234"
        value={thread}
        set={(it) => view.setFilter({ thread: it })}
      />
      <Text
        name="function"
        hint="update_row"
        value={code}
        set={(it) => view.setFilter({ code: it })}
      />
      <Text
        name="value"
        hint="5, != 0, 1..9"
        value={value}
        wrong={wrong}
        set={(it) => view.setFilter({ value: it })}
      />
      <Times view={view} />
      <button
        type="button"
        disabled={!isFiltered}
        onClick={() => {
          view.marked.value = undefined;
          view.setFilter({ thread: "", code: "", value: "", writer: undefined });
        }}
      >
        Show all
      </button>
      <Lanes view={view} />
    </search>
  );
}

interface TextField {
  readonly name: string;
  readonly hint: string;
  readonly value: string;
  readonly wrong?: string | undefined;
  readonly set: (text: string) => void;
}

function Text({ name, hint, value, wrong, set }: TextField) {
  const id = useId();
  return (
    <label class="field" for={id}>
      <span>{name}</span>
      <input
        id={id}
        type="search"
        value={value}
        placeholder={hint}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong === undefined ? undefined : `${id}-wrong`}
        onInput={(event) => set(event.currentTarget.value)}
      />
      {wrong === undefined ? null : (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </span>
      )}
    </label>
  );
}

/** The marked time, in seconds. */
function Times({ view }: { readonly view: LiveView }) {
  const marked = view.marked.value;
  const set = (change: { from?: number; to?: number }) => {
    const next = { ...view.whole.peek(), ...marked, ...change };
    if (next.from < next.to) view.marked.value = next;
  };
  return (
    <fieldset class="field times">
      <legend class="aside">time</legend>
      <Second name="from" value={marked?.from} set={(from) => set({ from: from ?? 0 })} />
      <Second name="to" value={marked?.to} set={(to) => set({ to: to ?? view.whole.peek().to })} />
    </fieldset>
  );
}

function Second({
  name,
  value,
  set,
}: {
  readonly name: string;
  readonly value: number | undefined;
  readonly set: (ns: number | undefined) => void;
}) {
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="number"
        step="any"
        min="0"
        placeholder="s"
        value={value === undefined ? "" : (value / NS_PER_S).toFixed(6)}
        onChange={(event) => {
          const seconds = event.currentTarget.valueAsNumber;
          set(Number.isNaN(seconds) ? undefined : seconds * NS_PER_S);
        }}
      />
    </label>
  );
}

function Lanes({ view }: { readonly view: LiveView }) {
  return (
    <fieldset class="choice">
      <legend class="aside">lanes</legend>
      {(["thread", "cpu"] as const).map((grouping) => (
        <button
          key={grouping}
          type="button"
          aria-pressed={view.grouping.value === grouping}
          onClick={() => view.setGrouping(grouping)}
        >
          {grouping === "thread" ? "Threads" : "CPUs"}
        </button>
      ))}
    </fieldset>
  );
}
