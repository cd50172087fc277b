/* Stores 20 times in a constructor and 50 times in main, and needs no one to talk to. */
#include <stdint.h>

volatile uint64_t counter = 1;
#ifdef WITH_LIBRARY
extern volatile uint64_t library_counter;
#endif

__attribute__((constructor)) static void store_first(void)
{
	for (uint64_t i = 0; i < 20; i++)
		counter = i;
}

int main(void)
{
	for (uint64_t i = 0; i < 50; i++)
		counter = i;
#ifdef WITH_LIBRARY
	return library_counter == 29 ? 7 : 1;
#else
	return 7;
#endif
}
