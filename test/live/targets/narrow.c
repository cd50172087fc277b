/*
 * narrow: a program of 32 bits, without a C library, for there may be none of 32 bits. It reads a byte,
 * stores twice, and waits for the end of its input.
 */
struct conn {
	int state;
	struct conn *next;
} conn, other = {7, &conn}, *cursor = &other;
unsigned counter;

static int call(int number, int a, const void *b, int c)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

__attribute__((noinline, noipa)) static void leaf(unsigned by)
{
	counter += by;
	conn.state = -3;
}

__attribute__((noinline, noipa)) static void middle(unsigned by)
{
	leaf(by + 1);
	__asm__ volatile("");
}

void _start(void)
{
	static const char ready[] = "ready=1\n", done[] = "done\n";
	char byte;

	call(4, 1, ready, sizeof ready - 1);
	while (call(3, 0, &byte, 1) == 1 && byte != '\n')
		;
	middle(41);
	call(4, 1, done, sizeof done - 1);
	while (call(3, 0, &byte, 1) == 1)
		;
	call(1, 0, 0, 0);
}
