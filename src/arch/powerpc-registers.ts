import { asVa } from "../base/index.ts";
import type { Architecture, SlotRegisters, WatchRegister } from "./architecture.ts";

type Codec = Pick<Architecture, "encode" | "decode">;

const DABR_READ = 0b001n;
const DABR_WRITE = 0b010n;
/** Compare translated addresses, which are the only ones that processes have. */
const DABR_TRANSLATE = 0b100n;
const DABR_TYPE = DABR_READ | DABR_WRITE | DABR_TRANSLATE;

const PRIV_USER = 0b001;
const PRIV_KERNEL = 0b010;
const PRIV_HYP = 0b100;

/**
 * kernel: set_dabr(). One register for the double word and the kinds, DABRX for the privileges.
 *
 *     DABR  63          3 | 2         | 1     | 0        DABRX  2          | 1      | 0
 *             double word | translate | write | read            hypervisor | kernel | user
 */
export const dabr: Codec = {
  encode(register) {
    const read = register.loads ? DABR_READ : 0n;
    const write = register.stores ? DABR_WRITE : 0n;
    const address = register.first | read | write | DABR_TRANSLATE;
    return { address, control: privilegeBits(register), mask: 0 };
  },
  decode({ address, control }) {
    const loads = (address & DABR_READ) !== 0n;
    const stores = (address & DABR_WRITE) !== 0n;
    if (!loads && !stores) return undefined;
    const first = asVa(address & ~DABR_TYPE);
    const last = asVa(first + 7n);
    return { first, last, loads, stores, executes: false, ...privileges(control) };
  },
};

const DAWRX_TRANSLATE = 1 << 4;
const DAWRX_READ = 1 << 5;
const DAWRX_WRITE = 1 << 6;
const DAWRX_MRD_SHIFT = 10;
const DAWRX_MRD = 0x3f;

/**
 * kernel: set_dawr(). DAWR has the address, DAWRX all the rest. MRD is the number of double words
 * less one.
 *
 *     DAWRX  15 .. 10 | 6     | 5    | 4         | 2          | 1      | 0
 *              MRD    | write | read | translate | hypervisor | kernel | user
 */
export const dawr: Codec = {
  encode(register) {
    const doubleWords = Number((register.last - register.first + 1n) / 8n);
    const mrd = (doubleWords - 1) << DAWRX_MRD_SHIFT;
    const read = register.loads ? DAWRX_READ : 0;
    const write = register.stores ? DAWRX_WRITE : 0;
    const control = mrd | read | write | DAWRX_TRANSLATE | privilegeBits(register);
    return { address: register.first, control, mask: 0 };
  },
  decode({ address, control }: SlotRegisters) {
    const loads = (control & DAWRX_READ) !== 0;
    const stores = (control & DAWRX_WRITE) !== 0;
    if (!loads && !stores) return undefined;
    const doubleWords = ((control >>> DAWRX_MRD_SHIFT) & DAWRX_MRD) + 1;
    const first = asVa(address & ~7n);
    const last = asVa(first + BigInt(doubleWords * 8 - 1));
    return { first, last, loads, stores, executes: false, ...privileges(control) };
  },
};

/** What set_dawr() makes the register watch. A length of 0, which overflow can make, is 64 words. */
export function dawrBytes(hwLen: number): number {
  return ((((hwLen + 7) >> 3) - 1) & DAWRX_MRD) * 8 + 8;
}

function privilegeBits({ user, kernel, hypervisor }: WatchRegister): number {
  return (user ? PRIV_USER : 0) | (kernel ? PRIV_KERNEL : 0) | (hypervisor ? PRIV_HYP : 0);
}

function privileges(control: number) {
  return {
    user: (control & PRIV_USER) !== 0,
    kernel: (control & PRIV_KERNEL) !== 0,
    hypervisor: (control & PRIV_HYP) !== 0,
  };
}
