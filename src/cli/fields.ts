/** What `-F` can name, by the form of the result. Those of JSON are the names in a hit. */
export const FIELDS = {
  table: ["count", "traps", "share", "who", "code", "object", "watch", "value", "first", "last"],
  log: ["time", "who", "cpu", "mode", "code", "insn", "repeat", "value", "watch"],
} as const;

export type TableField = (typeof FIELDS.table)[number];
export type LogField = (typeof FIELDS.log)[number];
