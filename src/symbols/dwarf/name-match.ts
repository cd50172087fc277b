/** The name without its scopes: of `ns::Box<a::b>::total` it is `total`. */
export function lastPart(name: string): string {
  let open = 0;
  for (let at = name.length - 1; at > 0; at--) {
    const it = name[at];
    if (it === ">" || it === ")") open += 1;
    if (it === "<" || it === "(") open -= 1;
    if (open === 0 && it === ":" && name[at - 1] === ":") return name.slice(at + 1);
  }
  return name;
}

/** Whether `wanted` is the name, or what is left of it without its outer scopes. */
export function namesMatch(whole: string | undefined, wanted: string): boolean {
  if (whole === undefined) return false;
  const asked = plain(wanted).replace(/^::/, "");
  return spellings(plain(whole)).some((it) => it === asked || it.endsWith(`::${asked}`));
}

/** Without a function's parameters. */
export function withoutParameters(name: string): string {
  return name.replace(/\([^()]*(\([^()]*\)[^()]*)*\)( const)?$/s, "");
}

/** Without template arguments: of `ns::Box<a::b>::total` it is `ns::Box::total`. */
export function withoutArguments(name: string): string {
  if (name.includes("operator")) return name; // operator< and operator->
  let open = 0;
  let kept = "";
  for (const it of name) {
    if (it === "<") open += 1;
    if (open === 0) kept += it;
    if (it === ">") open -= 1;
  }
  return open === 0 ? kept : name;
}

/** People leave unnamed namespaces out. */
function spellings(name: string): string[] {
  return [
    name,
    name.replaceAll("(anonymous namespace)::", ""),
    name.replaceAll(/\{[\w#]+\}::/g, ""),
  ];
}

/** Compilers differ in the spaces of template arguments. */
function plain(name: string): string {
  return name.replaceAll(/\s+/g, " ").replaceAll(/ ?([<>,*&()]) ?/g, "$1");
}
