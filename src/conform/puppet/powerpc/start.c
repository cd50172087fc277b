/* How a program and a thread begin on powerpc64le. */
#include "../machine.h"

/* Register 2 has the table of contents, which every function uses that is called from C. */
__asm__(".globl _start\n"
	".type _start, @function\n"
	"_start:\n\t"
	"lis 2, .TOC.@ha\n\t"
	"addi 2, 2, .TOC.@l\n\t"
	"mr 3, 1\n\t"
	"clrrdi 1, 1, 4\n\t"
	"li 0, 0\n\t"
	"stdu 0, -64(1)\n\t"
	"mtlr 0\n\t"
	"bl start\n\t"
	"nop\n"
	".size _start, . - _start");

/* The child has no frame to return to: it goes on in entry() with its number. */
s64 clone_thread(struct clone_args *args, void (*entry)(u64), u64 number)
{
	register long r0 __asm__("r0") = __NR_clone3;
	register u64 r3 __asm__("r3") = (u64)args;
	register u64 r4 __asm__("r4") = sizeof(*args);
	register void (*start)(u64) __asm__("r14") = entry;
	register u64 argument __asm__("r15") = number;

	__asm__ volatile("sc\n\t"
			 "bns+ 1f\n\t"
			 "neg 3, 3\n\t"
			 "b 2f\n"
			 "1:\n\t"
			 "cmpdi 3, 0\n\t"
			 "bne 2f\n\t"
			 "li 0, 0\n\t"
			 "stdu 0, -64(1)\n\t"
			 "mr 3, 15\n\t"
			 "mr 12, 14\n\t"
			 "mtctr 12\n\t"
			 "bctrl\n"
			 "2:"
			 : "+r"(r0), "+r"(r3), "+r"(r4)
			 : "r"(start), "r"(argument)
			 : "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cr0", "ctr", "lr", "xer",
			   "memory");
	return (s64)r3;
}

void (*signal_return(void))(void)
{
	return RETURNS_BY_ITSELF;
}
