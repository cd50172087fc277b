/** A way in which a real kernel is not as intended, and the model is: found, shrunk and explained. */
export interface KnownBug {
  readonly id: string;
  readonly what: string;
  /** Kernels that have it. */
  readonly kernels: string;
  /** The scenario that shows it and nothing else. */
  readonly scenario: string;
}

export const KNOWN_BUGS: readonly KnownBug[] = [];

/** The bug that a conformance scenario is the scenario of. */
export function bugOf(file: string): KnownBug | undefined {
  return KNOWN_BUGS.find(({ scenario }) => file.endsWith(scenario));
}
