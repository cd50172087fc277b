/* How a program and a thread begin on arm64. */
#include "../machine.h"

__asm__(".globl _start\n"
	".type _start, %function\n"
	"_start:\n\t"
	"mov x29, #0\n\t"
	"mov x30, #0\n\t"
	"mov x0, sp\n\t"
	"and sp, x0, #-16\n\t"
	"bl start\n"
	".size _start, . - _start");

/* The child has no frame to return to: it goes on in entry() with its number. */
s64 clone_thread(struct clone_args *args, void (*entry)(u64), u64 number)
{
	register long x8 __asm__("x8") = __NR_clone3;
	register u64 x0 __asm__("x0") = (u64)args;
	register u64 x1 __asm__("x1") = sizeof(*args);
	register void (*start)(u64) __asm__("x19") = entry;
	register u64 argument __asm__("x20") = number;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x20\n\t"
			 "blr x19\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(start), "r"(argument)
			 : "x30", "memory");
	return (s64)x0;
}

void (*signal_return(void))(void)
{
	return RETURNS_BY_ITSELF;
}
