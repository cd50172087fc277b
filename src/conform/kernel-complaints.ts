/** How the kernel begins when something is wrong inside it. */
const COMPLAINT =
  /^(WARNING:|BUG:|Oops|kernel BUG|general protection|Unable to handle|Kernel panic|INFO: (task|rcu)|rcu:.*stall|watchdog:|KASAN|KCSAN|UBSAN|list_(add|del) corruption|refcount_t:|Internal error|page_owner|unreferenced object)/;

/** What of a kernel's log says that something is wrong: each such line, with all that follows it. */
export function complaintsIn(log: readonly string[]): readonly string[] {
  const first = log.findIndex((line) => COMPLAINT.test(line));
  return first < 0 ? [] : log.slice(first);
}
