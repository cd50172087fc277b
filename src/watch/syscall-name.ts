/** kernel: SYSCALL_DEFINEx() of each architecture makes these out of a system call's name. */
const ENTRY = /^__(?:x64|ia32|arm64|se|do|powerpc|s390x?|riscv)_(?:compat_)?sys_(\w+)$/;
/**
 * What an entry that ends by calling another function leaves on the stack instead of itself. Only
 * those that one system call uses: do_epoll_wait() and the like serve several.
 */
const BODY = /^(?:ksys_|__sys_|do_(?=p?readv$|futex$))(\w+)$/;
/** kernel: who calls the entry, on x86-64 and for its programs of 32 bits, on arm64, on powerpc. */
const DISPATCHER =
  /^(?:do_syscall_64|x64_sys_call|do_int80_\w+|__do_fast_syscall_32|invoke_syscall|system_call_exception)$/;

/**
 * The system call that kernel functions, innermost first, were working for; undefined where they do
 * not tell for sure, and of page faults, signals and threads of the kernel.
 */
export function syscallOf(functions: readonly (string | undefined)[]): string | undefined {
  const names = functions.map((name) => name?.replace(/\.(?:isra|constprop|part|cold)\b.*$/, ""));
  for (const name of names.toReversed()) {
    const [, call] = ENTRY.exec(name ?? "") ?? [];
    if (call !== undefined) return call;
  }
  const dispatcher = names.findIndex((name) => DISPATCHER.test(name ?? ""));
  return BODY.exec(names[dispatcher - 1] ?? "")?.[1];
}
