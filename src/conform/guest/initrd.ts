/** One file of an archive of cpio's "newc" form, which the kernel unpacks as its first root folder. */
export interface InitrdFile {
  readonly path: string;
  readonly mode: number;
  readonly owner?: number;
  readonly content?: Uint8Array;
}

const MAGIC = "070701";
const TRAILER = "TRAILER!!!";
const ALIGN = 4;

/** An uncompressed archive: it is small, and packing it would take longer than loading it. */
export function initrd(files: readonly InitrdFile[]): Buffer {
  const members = files.map((file, index) => member(file, index + 1));
  return Buffer.concat([...members, member({ path: TRAILER, mode: 0 }, 0)]);
}

/**
 * A header of 13 numbers of 8 hexadecimal digits: inode, mode, owner, group, links, time, size, the
 * device's two numbers, the file's own two, the length of the name, a sum that nobody checks.
 */
function member({ path, mode, owner = 0, content }: InitrdFile, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const size = content?.length ?? 0;
  const numbers = [inode, mode, owner, owner, 1, 0, size, 0, 0, 0, 0, name.length, 0];
  const header = MAGIC + numbers.map((it) => it.toString(16).padStart(8, "0")).join("");
  const head = padded(Buffer.concat([Buffer.from(header), name]));
  return Buffer.concat([head, padded(content ?? new Uint8Array())]);
}

function padded(bytes: Uint8Array): Buffer {
  const rest = (ALIGN - (bytes.length % ALIGN)) % ALIGN;
  return Buffer.concat([bytes, Buffer.alloc(rest)]);
}
