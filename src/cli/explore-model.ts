import {
  checkCommitment,
  checkFamilies,
  checkLeaksOfTheDead,
  ExplorableKernel,
  type ExplorableOptions,
  type KernelProgram,
  symptomOf,
} from "../kernel/index.ts";

/** A step ended where nothing is looked for any more: as if the model had no room for what follows. */
const BEYOND = 3;
const FAILED = 2;

/**
 * A kernel that fails only in ways that are not known yet. A run ends at a known failure, for behind
 * it the kernel is none any more; so other failures can be found that come later, or elsewhere.
 */
export class HuntedKernel extends ExplorableKernel {
  readonly #known: ReadonlySet<string>;
  /** What the failure looks like that `failure` is about. */
  symptom = "";
  /** Whether some run ended at a known failure. */
  wasCut = false;

  constructor(program: KernelProgram, known: ReadonlySet<string>, options: ExplorableOptions) {
    super(program, {
      ...options,
      checkEnd: (kernel) => {
        checkCommitment(kernel);
        checkFamilies(kernel);
        checkLeaksOfTheDead(kernel);
      },
    });
    this.#known = known;
  }

  override perform(action: number, choice: number): 1 | 2 | 3 {
    const end = super.perform(action, choice);
    return end === FAILED && this.#isKnown() ? BEYOND : end;
  }

  override atEnd(): { property: string; what: string } | undefined {
    const failure = super.atEnd();
    return failure === undefined || this.#isKnown() ? undefined : failure;
  }

  #isKnown(): boolean {
    const { violation } = this;
    this.symptom = violation === undefined ? "" : symptomOf(this.kernel, violation);
    const isKnown = this.#known.has(this.symptom);
    this.wasCut ||= isKnown;
    return isKnown;
  }
}
