/** What takes a while is told beside the result, not in it. */
export function progress(text: string): void {
  console.error(`trapline: ${text}`);
}
