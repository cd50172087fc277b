import koffi from "koffi";

type Demangler = (mangled: string) => string | undefined;

let loaded: Demangler | undefined;

/** `_ZN2ns5Class6memberE` as `ns::Class::member`; undefined where it is no such name. */
export function demangle(mangled: string): string | undefined {
  if (!mangled.startsWith("_Z")) return undefined;
  loaded ??= load();
  const plain = loaded(mangled);
  return plain === undefined ? undefined : withoutRustHash(plain);
}

/** The C++ library has the demangler; where there is none, names stay as they are. */
function load(): Demangler {
  try {
    const library = koffi.load("libstdc++.so.6");
    const free = koffi.load("libc.so.6").func("void free(void *pointer)");
    const text = koffi.disposable("DemangledName", "str", free);
    const call = library.func("__cxa_demangle", text, ["str", "void *", "void *", "void *"]);
    return (mangled) => call(mangled, null, null, null) ?? undefined;
  } catch {
    return () => undefined;
  }
}

const RUST_HASH = /::h[0-9a-f]{16}$/;
/** Rust's older mangling spells what C++ names cannot hold. */
const RUST_ESCAPES: Readonly<Record<string, string>> = {
  $LT$: "<",
  $GT$: ">",
  $RF$: "&",
  $BP$: "*",
  $LP$: "(",
  $RP$: ")",
  $C$: ",",
  $u20$: " ",
  $u7b$: "{",
  $u7d$: "}",
  "..": "::",
};

function withoutRustHash(name: string): string {
  if (!RUST_HASH.test(name)) return name;
  return name
    .replace(RUST_HASH, "")
    .replace(/\$[A-Z]{1,2}\$|\$u[0-9a-f]{2}\$|\.\./g, (it) => RUST_ESCAPES[it] ?? it);
}
