/** As no-color.org and the BSDs have it: NO_COLOR wins, then FORCE_COLOR, then the terminal. */
export function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, CLICOLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return process.stdout.isTTY === true && TERM !== "dumb" && CLICOLOR !== "0";
}
