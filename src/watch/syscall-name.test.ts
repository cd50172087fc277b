import { expect, test } from "vitest";
import { syscallOf } from "./syscall-name.ts";

const ENTERED = ["do_syscall_64", "entry_SYSCALL_64_after_hwframe"];

test("the entry's name is the system call's, on every architecture", () => {
  expect(syscallOf(["_copy_to_user", "__x64_sys_newuname", ...ENTERED])).toBe("newuname");
  expect(syscallOf(["_copy_to_user", "__ia32_compat_sys_ioctl"])).toBe("ioctl");
  expect(syscallOf(["__arch_copy_to_user", "__arm64_sys_read", "invoke_syscall"])).toBe("read");
});

test("of nested entries the outermost was called by the program", () => {
  expect(syscallOf(["__do_sys_read", "__x64_sys_io_uring_enter", ...ENTERED])).toBe(
    "io_uring_enter",
  );
});

test("an entry that left the stack to its body is known by that", () => {
  expect(syscallOf(["_copy_to_iter", "vfs_read", "ksys_read", ...ENTERED])).toBe("read");
  expect(syscallOf(["_copy_to_iter", "__sys_recvfrom.isra.0", ...ENTERED])).toBe("recvfrom");
});

test("a body that serves several system calls, or none, tells nothing", () => {
  expect(syscallOf(["ep_send_events", "do_epoll_wait", ...ENTERED])).toBeUndefined();
  expect(syscallOf(["x64_setup_rt_frame", "arch_do_signal_or_restart"])).toBeUndefined();
  expect(syscallOf(["ksys_read", "io_read", "io_wq_worker", undefined])).toBeUndefined();
});
