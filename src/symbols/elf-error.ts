/** A file that is no ELF file, or a broken one. */
export class ElfError extends Error {
  override readonly name = "ElfError";
  readonly path: string;
  readonly what: string;
  /** Where in the file it was found. */
  readonly offset: number;

  constructor(path: string, what: string, offset: number) {
    super(`${path}: ${what} at offset 0x${offset.toString(16)}`);
    this.path = path;
    this.what = what;
    this.offset = offset;
  }
}
