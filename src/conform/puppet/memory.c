/* What a compiler calls by itself when it copies or clears a structure. */
#include "sys.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	copy(to, from, bytes);
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	return fill(to, byte, bytes);
}
