import { afterEach, beforeEach, vi } from "vitest";

/** For a file of tests: what each prints, line by line, and each of its errors. Empty before each. */
export function captureConsole(): { readonly lines: string[]; readonly errors: string[] } {
  const lines: string[] = [];
  const errors: string[] = [];
  beforeEach(() => {
    vi.spyOn(console, "log").mockImplementation((text: string) => lines.push(...text.split("\n")));
    vi.spyOn(console, "error").mockImplementation((text: string) => errors.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    lines.length = 0;
    errors.length = 0;
  });
  return { lines, errors };
}
