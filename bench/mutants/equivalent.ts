/** Mutants that do the same as what they were made from, and why; by their text. */
export const EQUIVALENT: Readonly<Record<string, string>> = {
  "signals.ts: thread.resume.set(task, 0, depth); → nothing":
    "the flag of a frame is cleared when its handler returns, so it is clear when the next one starts",
  "open.ts: k.event.owner.set(f.event, self); → nothing":
    "only what takes the owner away again reads it: nothing here asks for one's own events",
};
