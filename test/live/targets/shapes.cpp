// shapes: stores to `counter` out of code that compilers turn inside out: templates, inlining, methods,
// lambdas, exceptions, virtual calls, structures copied whole, loops that are unrolled or vectorised.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>

struct Cell {
	uint32_t low;
	uint16_t middle;
	uint8_t high[2];
};

union Counter {
	volatile uint64_t whole;
	volatile uint8_t bytes[8];
	volatile float real;
	volatile double wide;
	Cell cell;
	std::atomic<uint64_t> atomic;
	uint64_t plain;
	Counter() : whole(0) {}
};

alignas(64) Counter counter;
#define KEEP asm volatile("" ::: "memory")

namespace shapes {

template <typename T> inline void store(volatile T &where, T value)
{
	where = value;
}

template <typename T> struct Box {
	volatile T *place;
	explicit Box(volatile T *at) : place(at) {}
	void set(T value) { store<T>(*place, value); }
	void add(T value)
	{
		*place = *place + value;
	}
	virtual ~Box() {}
	virtual void change(T value)
	{
		set(value);
	}
};

struct Doubling : Box<uint64_t> {
	using Box::Box;
	void change(uint64_t value) override
	{
		add(value);
		Box::change(value * 2);
	}
};

static inline __attribute__((always_inline)) void twice(volatile uint64_t &where)
{
	where += 1;
	where += 2;
}

__attribute__((noinline)) void nested(int n)
{
	Box<uint64_t> box(&counter.whole);
	box.set(n);
	box.add(n);
	twice(counter.whole);
}

__attribute__((noinline)) void lambdas(std::vector<int> &numbers)
{
	auto tally = [](int n) { counter.whole = counter.whole + n; };
	std::for_each(numbers.begin(), numbers.end(), tally);
}

__attribute__((noinline)) void throwing(int n)
{
	try {
		counter.whole = n;
		if (n > 0)
			throw std::runtime_error("no");
	} catch (const std::runtime_error &) {
		counter.whole = counter.whole - 1;
	}
}

__attribute__((noinline)) void structures(const Cell &from)
{
	counter.cell = from;
	KEEP;
	memcpy((void *)&counter, &from, sizeof(Cell));
	KEEP;
	memset((void *)&counter, 0, sizeof(Cell));
	KEEP;
}

__attribute__((noinline)) void atomics(uint64_t n)
{
	counter.atomic.store(n);
	counter.atomic.fetch_add(n);
	counter.atomic.fetch_or(n);
	counter.atomic.exchange(n + 1);
	uint64_t expected = n + 1;
	counter.atomic.compare_exchange_strong(expected, n);
}

__attribute__((noinline)) void numbers(float real, double wide, int n)
{
	counter.real = real * 2;
	counter.wide = wide + n;
	counter.bytes[n & 7] = n > 3;
	counter.bytes[1] |= 4;
	counter.bytes[2] ^= n;
	counter.bytes[3] <<= 1;
	counter.bytes[4]++;
	for (int i = 0; i < 8; i++)
		counter.bytes[i] = i * n;
}

__attribute__((noinline)) void loop(uint64_t *where, int n)
{
	for (int i = 0; i < n; i++)
		where[i] = i * 3;
}

template <int N> __attribute__((noinline)) void unrolled()
{
	twice(counter.whole);
	if constexpr (N > 0)
		unrolled<N - 1>();
	KEEP;
}

} // namespace shapes

int main(int argc, char **)
{
	char line[16];
	std::vector<int> numbers = {argc, 2, 3};
	shapes::Doubling doubling(&counter.whole);
	shapes::Box<uint64_t> *volatile box = &doubling;

	printf("counter=%p\n", (void *)&counter);
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	shapes::nested(argc);
	shapes::lambdas(numbers);
	shapes::throwing(argc);
	shapes::structures(Cell{1, 2, {3, 4}});
	shapes::atomics(argc);
	shapes::numbers(argc, argc, argc);
	shapes::loop(&counter.plain, 7);
	shapes::unrolled<3>();
	box->change(argc);
	puts("done");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
	}
}
