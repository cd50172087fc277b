/** kernel: SYSCALL_DEFINEx() of each architecture makes these out of a system call's name. */
const ENTRY = /^__(?:x64|ia32|arm64|se|do|powerpc|s390x?|riscv)_(?:compat_)?sys_(\w+)$/;
/** Where there are no such wrappers, and of calls that are not defined by them. */
const PLAIN = /^(?:compat_)?sys_([a-z]\w*)$/;

/** The system call that kernel functions, innermost first, were working for. */
export function syscallOf(functions: readonly (string | undefined)[]): string | undefined {
  for (const name of functions.toReversed()) {
    const [, call] = ENTRY.exec(name ?? "") ?? PLAIN.exec(name ?? "") ?? [];
    if (call !== undefined) return call;
  }
  return undefined;
}
