/*
 * writes: C and C++ alike. Stores into `cell` by many statements, one store each, and notes behind each
 * its line, its function and what the cell then holds. Prints the notes at the end.
 * Compiled with any optimisation: the cell is volatile, so the stores stay what they are.
 */
#include "target.h"

typedef volatile union cell {
	uint8_t b[8];
	int8_t sb[8];
	uint16_t h[4];
	int16_t sh[4];
	uint32_t w[2];
	int32_t sw[2];
	uint64_t q;
	int64_t sq;
	float f;
	double d;
	void *pointer;
	struct {
		unsigned low : 3;
		int middle : 7;
		unsigned high : 22;
	} bits;
} cell_t;

cell_t cell __attribute__((aligned(64)));
static struct note {
	int line;
	const char *function;
	uint64_t value;
} notes[256];
static int count;

static NOINLINE void note(int line, const char *function)
{
	notes[count].line = line;
	notes[count].function = function;
	notes[count++].value = cell.q;
}

/* The statement is one store; everything else on its line is behind it. */
#define STORE(statement)                        \
	do {                                    \
		statement;                      \
		note(__LINE__, __func__);       \
	} while (0)

static inline void put(uint64_t value)
{
	STORE(cell.q = value);
}

static inline __attribute__((always_inline)) void lift(uint32_t by)
{
	STORE(cell.w[0] += by);
}

static NOINLINE void plain(long n, const char *text)
{
	STORE(cell.b[0] = 1);
	STORE(cell.b[3] = (uint8_t)n);
	STORE(cell.sb[7] = -1);
	STORE(cell.h[1] = 0x1234);
	STORE(cell.sh[2] = (int16_t)(n * 3));
	STORE(cell.w[0] = 0xfffffff0u);
	STORE(cell.sw[1] = (int32_t)-n);
	STORE(cell.q = 0x123456789abcdefull);
	STORE(cell.sq = -n);
	STORE(cell.q = 0);
	STORE(cell.b[1] = n > 2);
	STORE(cell.b[2] = text[1]);
	STORE(cell.pointer = (void *)text);
	STORE(cell.pointer = (void *)&cell);
}

static NOINLINE void changing(long n)
{
	STORE(cell.q += (uint64_t)n);
	STORE(cell.q -= 7);
	STORE(cell.w[1]++);
	STORE(cell.h[0]--);
	STORE(cell.b[5] ^= 0x55);
	STORE(cell.b[6] |= 4);
	STORE(cell.w[0] &= 0xffff00ffu);
	STORE(cell.w[0] <<= 3);
	STORE(cell.sq >>= 2);
	STORE(cell.sw[0] *= (int32_t)n);
	STORE(cell.h[3] = (uint16_t)(cell.h[3] / (n + 1)));
	STORE(cell.q = ~cell.q);
	STORE(cell.sq = -cell.sq);
	STORE(cell.w[1] = __builtin_bswap32(cell.w[1]));
	STORE(cell.w[0] = cell.w[0] << 7 | cell.w[0] >> 25);
}

static NOINLINE void numbers(int n, double by)
{
	STORE(cell.f = (float)n);
	STORE(cell.f = (float)(by * 1.5));
	STORE(cell.d = by);
	STORE(cell.d = cell.d * by + n);
	STORE(cell.f = cell.f / 3);
	STORE(cell.d = -cell.d);
	STORE(cell.sq = (int64_t)(by * 1000));
}

static NOINLINE void fields(unsigned n)
{
	STORE(cell.bits.low = n);
	STORE(cell.bits.middle = -(int)n);
	STORE(cell.bits.high = n * 12345);
	STORE(cell.bits.middle = 5);
}

static NOINLINE void atomics(uint64_t n)
{
	uint64_t *q = (uint64_t *)&cell.q;
	uint32_t *w = (uint32_t *)&cell.w[1];
	uint64_t expected = 0x77;

	STORE(__atomic_store_n(q, n, __ATOMIC_RELAXED));
	STORE(__atomic_store_n(q, n + 1, __ATOMIC_SEQ_CST));
	STORE((void)__atomic_fetch_add(q, 5, __ATOMIC_SEQ_CST));
	STORE((void)__atomic_sub_fetch(w, 3, __ATOMIC_SEQ_CST));
	STORE((void)__atomic_fetch_or(w, 0x80, __ATOMIC_RELEASE));
	STORE((void)__atomic_exchange_n(q, 0x77, __ATOMIC_ACQ_REL));
	STORE((void)__atomic_compare_exchange_n(q, &expected, 0x99, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static NOINLINE void loops(int n)
{
	for (int i = 0; i < n; i++)
		STORE(cell.b[i] = (uint8_t)(i * n));
	put((uint64_t)n);
	lift(3);
	lift((uint32_t)n);
}

#ifdef __cplusplus
namespace shop {
template <typename T> inline void assign(volatile T &at, T value)
{
	STORE(at = value);
}

template <typename T> struct Box {
	volatile T *at;
	void set(T value)
	{
		STORE(*at = value);
	}
	Box &operator+=(T by)
	{
		STORE(*at = *at + by);
		return *this;
	}
	virtual NOINLINE void change(T value)
	{
		STORE(*at = (T)(value * 3));
	}
	virtual ~Box()
	{
		STORE(*at = 0);
	}
};

static NOINLINE void templates(int n)
{
	assign<uint8_t>(cell.b[4], 9);
	assign<uint64_t>(cell.q, (uint64_t)n << 20);
	assign<double>(cell.d, n / 8.0);
	Box<uint32_t> words;
	words.at = &cell.w[1];
	words.set(17);
	words += 4;
	Box<uint32_t> *volatile any = &words;
	any->change((uint32_t)n);
	auto tally = [](int by) { STORE(cell.sw[0] = cell.sw[0] - by); };
	tally(n);
	try {
		if (n > 0)
			throw n;
	} catch (int caught) {
		STORE(cell.sw[1] = caught);
	}
}
} /* namespace shop */
#endif

int main(int argc, char **argv)
{
	int n = (int)argument(argc, argv, 1, 6);

	ready("cell=%p", (void *)&cell);
	plain(n, "text");
	changing(n);
	numbers(n, n / 7.0);
	fields((unsigned)n);
	atomics((uint64_t)n);
	loops(n);
#ifdef __cplusplus
	shop::templates(n);
#endif
	say("done");
	for (int i = 0; i < count; i++)
		say("function=%s line=%d value=%#lx", notes[i].function, notes[i].line,
		    (unsigned long)notes[i].value);
	wait_for_line();
	return 0;
}
