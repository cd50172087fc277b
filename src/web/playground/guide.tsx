import type { ComponentChildren } from "preact";
import type { Chapter } from "./chapters.ts";
import { OopsPicture, PerCpuPicture, StayPicture, SwapPicture } from "./pictures.tsx";

/** The words of a chapter, for who knows C and not perf. */
export function Guide({ chapter }: { readonly chapter: Chapter }) {
  switch (chapter.id) {
    case "oops":
      return <OopsChapter />;
    case "swap":
      return <SwapChapter />;
    case "per-cpu":
      return <PerCpuChapter />;
    case "design-d":
      return <DesignChapter />;
    case "own":
      return <OwnChapter />;
  }
}

interface ProseProps {
  readonly title: string;
  readonly picture?: ComponentChildren;
  readonly children: ComponentChildren;
}

function Prose({ title, picture, children }: ProseProps) {
  return (
    <article class="prose">
      <h2>{title}</h2>
      {picture}
      {children}
    </article>
  );
}

function OopsChapter() {
  return (
    <Prose title="The Oops of March 2016" picture={<OopsPicture />}>
      <p>
        A processor can watch a few bytes of memory. When a program writes them, it traps into the
        kernel. Linux hands these watch registers out as <i>events</i> of perf. An event that is
        opened with <code>inherit</code> is copied to every child of its task. The events of a task
        hang in its <i>context</i>: the task points to the context, and the context points back with{" "}
        <code>ctx-&gt;task</code>.
      </p>
      <p>
        On powerpc the trap comes <em>before</em> the access. The handler switches the register off,
        lets the task make one step, and switches it on again. In between it has to remember which
        event it was. It wrote that into the task: <code>thread.last_hit_ubp</code>.
      </p>
      <p>
        When an event is destroyed, somebody has to clear that pointer.{" "}
        <code>arch_unregister_hw_breakpoint()</code> did, and went there through{" "}
        <code>event-&gt;ctx-&gt;task</code>. But a task that exits is taken out of its context
        first: <code>perf_event_exit_task_context()</code> writes <code>TASK_TOMBSTONE</code>, which
        is -1, and destroys the events after that. The kernel followed -1.
      </p>
      <p>
        Below is that run, found just now by the checker in this page. The red arrow is{" "}
        <code>ctx-&gt;task</code>. Press <kbd>x</kbd> for the step in which it breaks, <kbd>e</kbd>{" "}
        for the one that follows it, and <kbd>←</kbd> <kbd>→</kbd> for all others.
      </p>
    </Prose>
  );
}

function SwapChapter() {
  return (
    <Prose title="The swap: why the fix was not enough" picture={<SwapPicture />}>
      <p>
        The fix was an <code>if</code>: skip the tombstone. Peter Zijlstra, who maintains perf,
        objected. An architecture has no business in <code>event-&gt;ctx</code>, he said, for whose
        context it is may change.
      </p>
      <p>
        Two children of one task have equal copies of its events. When the scheduler goes directly
        from one to the other, there is nothing to reprogram. So{" "}
        <code>perf_event_context_sched_out()</code> lets the registers be and <em>swaps</em> the two
        contexts: each task goes on with the events of the other.
      </p>
      <p>
        Now let that happen between the trap and the step. C hits event 2, and its{" "}
        <code>last_hit_ubp</code> says so. The switch gives event 2 to D. D exits, and event 2 is
        freed. C's pointer is cleared by nobody. C comes back, makes its step, and{" "}
        <code>single_step_dabr_instruction()</code> reads an event that is gone.
      </p>
      <p>
        This is design B: the kernel with the fix, as it was up to 2023. What the checker shows
        first is the first way that it finds; then it looks for a shorter one.
      </p>
    </Prose>
  );
}

function PerCpuChapter() {
  return (
    <Prose title="Plain per-CPU storage is not right either" picture={<PerCpuPicture />}>
      <p>
        Other architectures keep such things per processor, and that was the first advice of 2016:
        write down on the CPU that a step is pending, not in the task.
      </p>
      <p>
        It would be right if nothing could come between trap and step. But something can: the task
        goes back to user mode to make its step, and on the way there it may be preempted. The step
        bit is in its saved registers, so it travels with the task. The watch register is the
        processor's, so it stays, and it is off.
      </p>
      <p>
        Here one task traps, and is preempted before its step. The switch to the other one swaps
        their contexts, and so touches no register. The other one stores to the watched variable
        with its event in the slot and the register off. The store is not counted. The table{" "}
        <i>Watch registers</i> has that in red.
      </p>
    </Prose>
  );
}

function DesignChapter() {
  return (
    <Prose title="Design D" picture={<StayPicture />}>
      <p>
        The step bit belongs to the task and the register to the processor. So a pending step
        belongs to neither, but to the <em>stay of the task on the processor</em>. Design D keeps it
        there, in two per-CPU words: <code>step_task</code>, whose step it is, and{" "}
        <code>step_mask</code>, which slots it steps over. And it never lets it outlive that stay.
      </p>
      <p>
        Whatever ends the stay, or takes an event out of its slot, cancels the step first: the step
        bit is cleared and all occupied slots are armed again. Nothing is lost by that. The access
        was not made yet, so it traps once more.
      </p>
      <p>
        All of it happens on the processor itself with interrupts off. There is no lock, no pointer
        to an event, and no look at another task or at <code>event-&gt;ctx</code>.
      </p>
      <p>
        The table below checks the same program in all five designs. For D it says that there is no
        failure in any interleaving, and how many states that were. The whole proof has fourteen
        programs for 2 processors, 3 tasks and 2 registers, each explored to its end: up to 9.6
        million states. <code>docs/design-d.md</code> has the change to the kernel, the bounds, and
        what was not proven.
      </p>
    </Prose>
  );
}

function OwnChapter() {
  return (
    <Prose title="Your own scenario">
      <p>
        A scenario says what each task does, in its own order. <i>Check</i> tries every order
        between tasks. <i>Run</i> takes the lines from top to bottom. Take one from the library, or
        write:
      </p>
      <dl class="words">
        <dt>
          <code>arch powerpc-dawr design c</code>
        </dt>
        <dd>the machine; x86 and arm64 have no design</dd>
        <dt>
          <code>cpus 2</code>, <code>var x 8</code>
        </dt>
        <dd>two processors, and a variable of eight bytes</dd>
        <dt>
          <code>P: open e write x inherit</code>
        </dt>
        <dd>task P watches writes to x, and so do its children</dd>
        <dt>
          <code>P: fork C</code>, <code>C: store x</code>, <code>C: exit</code>
        </dt>
        <dd>a child, which writes, and dies</dd>
        <dt>
          <code>barrier</code>
        </dt>
        <dd>what is above is done before what is below begins</dd>
        <dt>
          <code>expect count e 1</code>, <code>never use-after-free</code>
        </dt>
        <dd>what must be so at the end of every run, and what must never happen</dd>
      </dl>
      <p>
        A link to a counterexample holds the scenario, the design and every choice: send it, and
        whoever opens it sees the same run at the same step.
      </p>
    </Prose>
  );
}
