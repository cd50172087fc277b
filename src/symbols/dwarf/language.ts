import type { Die } from "./die.ts";

const DW_LANG_Rust = 0x1c;
/** K&R C, C89, C99, C11, C17, and what GCC calls C2x. */
const C_LANGUAGES = new Set([0x0001, 0x0002, 0x000c, 0x001d, 0x002c, 0x003e]);

/** How names and types are written. */
export function languageOf(die: Die): "c" | "rust" | "other" {
  const unit = die.unit();
  const language = unit === undefined ? -1 : die.lib.dwarfSrclang(unit.raw);
  if (C_LANGUAGES.has(language)) return "c";
  return language === DW_LANG_Rust ? "rust" : "other";
}
