/** How random scenarios are written for a machine: what there is on it, and what can be compared. */
export interface Dialect {
  /** The lines that name the machine. */
  readonly head: readonly string[];
  readonly family: "x86" | "powerpc" | "arm64";
  readonly accesses: readonly string[];
  /** Where the length is always said, ranges keep to the double word that they begin in. */
  readonly keepsToDoubleWords: boolean;
  /** Otherwise every event watches the kernel too, and nobody is refused for that. */
  readonly excludesModes: boolean;
}

export const X86: Dialect = {
  head: ["arch x86"],
  family: "x86",
  accesses: ["store", "store", "load", "rmw"],
  keepsToDoubleWords: false,
  excludesModes: true,
};

/** No instruction loads and stores at once. */
export const ARM64: Dialect = {
  ...X86,
  head: ["arch arm64"],
  family: "arm64",
  accesses: ["store", "store", "load", "load"],
};

/**
 * For what QEMU emulates well of powerpc: watches of one double word, which watch the kernel, too.
 */
export function powerpcDialect(arch: string, design: string): Dialect {
  return {
    head: [`arch ${arch} design ${design}`, "paranoid 1"],
    family: "powerpc",
    accesses: ["store", "store", "load", "load"],
    keepsToDoubleWords: true,
    excludesModes: false,
  };
}
