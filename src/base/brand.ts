declare const brand: unique symbol;

/** A `T` that cannot be mistaken for another kind of `T`. Costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A processor, as the kernel numbers them from 0. */
export type Cpu = Brand<number, "Cpu">;
/** A process: what the kernel calls a thread group id. */
export type Pid = Brand<number, "Pid">;
/** A thread: what the kernel calls a pid. */
export type Tid = Brand<number, "Tid">;
/** An open file descriptor of this process. */
export type Fd = Brand<number, "Fd">;
/** A virtual address. */
export type Va = Brand<bigint, "Va">;

export const asCpu = (value: number): Cpu => value as Cpu;
export const asPid = (value: number): Pid => value as Pid;
export const asTid = (value: number): Tid => value as Tid;
export const asFd = (value: number): Fd => value as Fd;
export const asVa = (value: bigint): Va => value as Va;
