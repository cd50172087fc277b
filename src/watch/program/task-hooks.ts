import { err, type Result } from "../../base/index.ts";
import {
  addTaskIds,
  asm,
  attachRawTracepoint,
  BPF_FUNC,
  BpfCode,
  FP,
  type Insn,
  isInitialNamespace,
  kernelMemberOffset,
  type LoadRefusal,
  loadProgram,
  ownPidNamespace,
  type Sys,
} from "../../linux/index.ts";

const IDS = -8;
/** `u32 pid; u32 spot`, of the parent and of the child. */
const KEY = -16;
const CHILD_KEY = -24;
const CHILD_PID = -32;
const CTX = 6;
const ENTRY = 7;

/** What the hooks need: the map of last values, and which spots have one for each process. */
export interface HookFacts {
  readonly last: number;
  readonly spots: readonly number[];
}

/**
 * Keeps last values true over fork and exec. A child starts with copies of its parent's memory, so
 * with its last values; they are copied before the child runs. A new program starts with none.
 *
 * Refused where this kernel does not describe its structures, or numbers tasks unlike us: then a
 * child's first old value is not known.
 */
export function hookTasks(
  sys: Sys,
  facts: HookFacts,
  undo: DisposableStack,
): Result<void, LoadRefusal> {
  const pidOffset = kernelMemberOffset("task_struct", "tgid");
  if (pidOffset === undefined || !isInitialNamespace(ownPidNamespace())) {
    return err({ errno: "EOPNOTSUPP", log: "" });
  }
  const hooks = [
    ["sched_process_fork", forkProgram(facts, pidOffset)],
    ["sched_process_exec", execProgram(facts)],
  ] as const;
  for (const [name, insns] of hooks) {
    const program = loadProgram(sys, "rawTracepoint", insns);
    if (!program.ok) return program;
    undo.defer(() => sys.close(program.value));
    const attached = attachRawTracepoint(sys, name, program.value);
    if (!attached.ok) return err({ errno: attached.error, log: "" });
    undo.defer(() => sys.close(attached.value));
  }
  return { ok: true, value: undefined };
}

/** kernel: trace_sched_process_fork(parent, child), before the child is woken. */
function forkProgram({ last, spots }: HookFacts, pidOffset: number): readonly Insn[] {
  const code = new BpfCode();
  const end = code.label();
  code.add(asm.movReg(CTX, 1));
  addTaskIds(code, IDS);
  code.add(asm.storeImm64(FP, CHILD_PID, 0));
  code.add(asm.movReg(1, FP), asm.addImm(1, CHILD_PID), asm.movImm(2, 4));
  code.add(asm.load64(3, CTX, 8), asm.addImm(3, pidOffset), asm.call(BPF_FUNC.probeReadKernel));
  code.jumpIfImm("ne", 0, 0, end);
  code.add(asm.load32(1, FP, IDS + 4), asm.load32(2, FP, CHILD_PID));
  code.jumpIf("eq", 1, 2, end); // a thread shares its process's memory, and its last values
  code.add(asm.store32(FP, 1, KEY), asm.store32(FP, 2, CHILD_KEY));
  for (const spot of spots) {
    const [none, next] = [code.label(), code.label()];
    code.add(asm.storeImm32(FP, KEY + 4, spot), asm.storeImm32(FP, CHILD_KEY + 4, spot));
    code.add(...asm.loadMap(1, last), asm.movReg(2, FP), asm.addImm(2, KEY));
    code.add(asm.call(BPF_FUNC.mapLookupElem));
    code.jumpIfImm("eq", 0, 0, none);
    code.add(asm.movReg(ENTRY, 0), ...asm.loadMap(1, last));
    code.add(asm.movReg(2, FP), asm.addImm(2, CHILD_KEY), asm.movReg(3, ENTRY));
    code.add(asm.movImm(4, 0), asm.call(BPF_FUNC.mapUpdateElem));
    code.jump(next);
    code.place(none); // the number may have been another's
    code.add(...asm.loadMap(1, last), asm.movReg(2, FP), asm.addImm(2, CHILD_KEY));
    code.add(asm.call(BPF_FUNC.mapDeleteElem));
    code.place(next);
  }
  code.place(end);
  code.add(asm.movImm(0, 0), asm.exit());
  return code.assemble();
}

/** kernel: trace_sched_process_exec(), in the new program before it runs. */
function execProgram({ last, spots }: HookFacts): readonly Insn[] {
  const code = new BpfCode();
  addTaskIds(code, IDS);
  code.add(asm.load32(1, FP, IDS + 4), asm.store32(FP, 1, KEY));
  for (const spot of spots) {
    code.add(asm.storeImm32(FP, KEY + 4, spot));
    code.add(...asm.loadMap(1, last), asm.movReg(2, FP), asm.addImm(2, KEY));
    code.add(asm.call(BPF_FUNC.mapDeleteElem));
  }
  code.add(asm.movImm(0, 0), asm.exit());
  return code.assemble();
}
