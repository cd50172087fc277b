import { type Draft, type ShortBounds, say, speakerOf, withTask } from "./draft.ts";

/** What a tracer does: first it attaches, and then to what it traces. */
export function* traces(draft: Draft, bounds: ShortBounds, budget: number): Generator<Draft> {
  if (!bounds.words.has("ptrace")) return;
  const { number, task } = speakerOf(draft);
  for (const [other, it] of draft.tasks.entries()) {
    if (it.leader === task.leader) continue;
    if (it.tracer === undefined && !it.hasExited)
      yield withTask(say(draft, `attach ${it.name}`, 1), other, { tracer: number });
    if (it.tracer !== number) continue;
    yield* watches(draft, bounds, { name: it.name, budget });
    for (const what of ["cont", "step", "wait-stop"]) yield say(draft, `${what} ${it.name}`, 1);
    yield withTask(say(draft, `detach ${it.name}`, 1), other, { tracer: undefined });
  }
}

/** One way to a breakpoint for each architecture. On x86 it takes two registers. */
function* watches(
  draft: Draft,
  { arch }: ShortBounds,
  { name, budget }: { name: string; budget: number },
): Generator<Draft> {
  if (arch === "x86") {
    yield say(draft, `poke-dr ${name} 0 = &x`, 1);
    yield say(draft, `poke-dr ${name} 7 = 0x90001`, 1);
    return;
  }
  const words = arch === "arm64" ? `set-regset ${name} 0` : `set-debugreg ${name}`;
  yield say(draft, `${words} write x`, 1);
  if (budget > 1) yield say(draft, `${words} off`, 2);
}
