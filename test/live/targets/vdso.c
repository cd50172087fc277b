/* vdso: the kernel's own code in every process stores the time into `seconds`. */
#include "target.h"
#include <time.h>

time_t seconds;

NOINLINE static void tell(void)
{
	time(&seconds);
}

NOINLINE static void asking(void)
{
	tell();
	__asm__ volatile("");
}

int main(void)
{
	ready("seconds=%p", (void *)&seconds);
	asking();
	say("done");
	wait_for_line();
	return 0;
}
