const FLUSH_AT = 1 << 16;

/** Where text goes. */
export interface TextOutput {
  write(text: string): void;
}

/**
 * Standard output, a good deal at a time. Writes block while the reader of a pipe is busy: hits then
 * wait in the kernel's rings, and those that find no room there are counted as lost, not kept here.
 */
export class Output implements TextOutput {
  /** Why writing failed, as on a full disk; undefined while it works. */
  failure: string | undefined;
  /** The reader is gone, as `head` is when it has seen enough. */
  closed = false;
  private text = "";

  constructor() {
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") this.closed = true;
      else this.failure = error.message;
    });
  }

  /** True when there is no point in going on. */
  get broken(): boolean {
    return this.closed || this.failure !== undefined;
  }

  write(text: string): void {
    this.text += text;
    if (this.text.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.text !== "" && !this.broken) process.stdout.write(this.text);
    this.text = "";
  }
}
