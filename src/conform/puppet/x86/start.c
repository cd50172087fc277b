/* How a program, a thread and a return from a signal handler begin on x86-64. */
#include "../machine.h"

__attribute__((naked, used)) void _start(void)
{
	__asm__("xor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start");
}

/* The child has no frame to return to: it goes on in entry() with its number. */
s64 clone_thread(struct clone_args *args, void (*entry)(u64), u64 number)
{
	register void (*start)(u64) __asm__("r12") = entry;
	register u64 argument __asm__("r13") = number;
	long tid;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n"
			 "1:"
			 : "=a"(tid)
			 : "a"(__NR_clone3), "D"(args), "S"(sizeof(*args)), "r"(start), "r"(argument)
			 : "rcx", "r11", "memory");
	return tid;
}

__attribute__((naked)) static void return_from_signal(void)
{
	__asm__("mov %0, %%eax\n\tsyscall" : : "i"(__NR_rt_sigreturn));
}

void (*signal_return(void))(void)
{
	return return_from_signal;
}
