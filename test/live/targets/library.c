/* A shared library that stores to its own variable before the program begins. */
#include <stdint.h>

volatile uint64_t library_counter = 1;

__attribute__((constructor)) static void store_when_loaded(void)
{
	for (uint64_t i = 0; i < 30; i++)
		library_counter = i;
}
