/* Has a child that ended, and does not ask how. */
#include "target.h"

int main(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitid(P_PID, child, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	ready("child=0x%x", child);
	return 0;
}
