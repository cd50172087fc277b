import { ARCHITECTURES, type Architecture, architectureOf } from "../arch/index.ts";
import { assert } from "../base/index.ts";
import { contextSwitch } from "./context-switch.ts";
import { DESIGNS, NO_DESIGN, type PowerpcDesign } from "./designs/index.ts";
import { type FixId, isFixId } from "./fixes.ts";
import { historicArch } from "./historic-arch.ts";
import { Kernel } from "./kernel.ts";
import type { KernelProgram, Op } from "./op.ts";
import { interruptIsDue, interruptPending, runInterrupt } from "./overflow.ts";
import { ARM64_STEP_OVER } from "./trap/arm64.ts";
import { hasUserWork, userStep } from "./user-mode.ts";
import { waitIsOver } from "./waits.ts";

/** The design that a powerpc kernel has today. */
const NEWEST = "c";
/** Beyond this many events at a time a program is not for a model. */
const MOST_EVENTS = 2000;

export interface BootOptions {
  readonly seed?: number;
  /** Without the mistakes that Linux still has. Default: Linux as it is. */
  readonly asIntended?: boolean;
  /** Whether kernel threads preempt tasks, which lets these migrate. Default: true. */
  readonly detours?: boolean;
  /** Undefined: enough for each statement of the program to be done once. */
  readonly bounds?: { readonly tasks: number; readonly events: number };
}

/** A kernel that is ready for the first step of the program's tasks. */
export function boot(program: KernelProgram, options: BootOptions = {}): Kernel {
  const arch = architectureFor(program);
  const withoutFixes = fixesOf(program);
  const kernel = new Kernel(program, {
    arch: historicArch(arch, withoutFixes),
    idealArch: arch,
    design: designFor(program, arch),
    withoutFixes,
    bounds: options.bounds ?? boundsOf(program),
    seed: options.seed ?? 1,
    asIntended: options.asIntended ?? false,
  });
  kernel.machine.boot(kernel.state, {
    kernel,
    contextSwitch,
    userStep: (task) => userStep(kernel, task),
    hasUserWork: (task) => hasUserWork(kernel, task),
    interruptPending: (cpu) => interruptPending(kernel, cpu),
    interruptIsDue: (cpu) => interruptIsDue(kernel, cpu),
    interrupt: (cpu) => runInterrupt(kernel, cpu),
    waitIsOver: (kind, what, task) => waitIsOver(kernel, { kind, what, task }),
  });
  kernel.machine.detours = options.detours ?? true;
  kernel.init();
  return kernel;
}

function architectureFor(program: KernelProgram): Architecture {
  const { arch: name, slots, instSlots } = program.machine;
  const found = Object.values(ARCHITECTURES).find((it) => it.name === name);
  const arch = found === undefined ? undefined : architectureOf(found.name);
  assert(arch !== undefined, `no architecture is called ${name}`);
  return { ...arch, slots: { ...arch.slots, data: slots, inst: instSlots } };
}

function designFor(program: KernelProgram, arch: Architecture): PowerpcDesign {
  if (arch.name === "arm64") return ARM64_STEP_OVER;
  if (!arch.name.startsWith("powerpc")) return NO_DESIGN;
  const design = DESIGNS[program.machine.design ?? NEWEST];
  assert(design !== undefined, `no design is called ${program.machine.design}`);
  return design;
}

function fixesOf(program: KernelProgram): ReadonlySet<FixId> {
  return new Set(
    program.withoutFixes.map((fix) => {
      assert(isFixId(fix), `no fix is called ${fix}`);
      return fix;
    }),
  );
}

/** Room for what the program can have at one time, so that no freed id need be used again. */
function boundsOf(program: KernelProgram): { tasks: number; events: number } {
  const timesOf = (...kinds: readonly Op["kind"][]) =>
    program.steps
      .filter(({ action }) => kinds.includes(action.kind))
      .reduce((sum, { times }) => sum + times, 0);
  const births = timesOf("fork", "thread");
  // DR7 alone can make all four of x86, and the last of arm64's registers those before it.
  let events = 4 * timesOf("poke-dr", "set-regset") + timesOf("set-hw-debug", "set-debugreg");
  events += timesOf("open-wide") * program.machine.cpus;
  for (const { action, times } of program.steps) {
    if (action.kind !== "open") continue;
    events += times * (action.spec.flags.includes("inherit") ? 1 + births : 1);
  }
  const tasks = Math.max(1, program.tasks.length + births);
  return { tasks, events: Math.min(MOST_EVENTS, Math.max(4, events)) };
}
