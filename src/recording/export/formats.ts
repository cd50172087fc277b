import type { MakeExporter } from "./exporter.ts";

/** What a recording can be made into. */
export interface ExportFormat {
  /** Recordings it is for. */
  readonly of: "watch" | "model" | "both";
  /** By custom its files are compressed with gzip, which is up to who writes them. */
  readonly gzip?: true;
  /** Loads what the format needs, and nothing of the others. */
  load(): Promise<MakeExporter>;
}

/** By the name that `--to` has for it. `jsonl` of a watch is what the watch itself prints. */
export const EXPORT_FORMATS = {
  "perf-script": {
    of: "watch",
    async load() {
      const { PerfScript } = await import("./perf-script.ts");
      return (of) => new PerfScript(of);
    },
  },
  folded: {
    of: "watch",
    async load() {
      const { Folded } = await import("./folded.ts");
      return (of) => new Folded(of);
    },
  },
  chrome: {
    of: "both",
    async load() {
      const { ChromeTrace } = await import("./chrome.ts");
      return (of) => new ChromeTrace(of);
    },
  },
  speedscope: {
    of: "watch",
    async load() {
      const { Speedscope } = await import("./speedscope.ts");
      return (of) => new Speedscope(of);
    },
  },
  pprof: {
    of: "watch",
    gzip: true,
    async load() {
      const { Pprof } = await import("./pprof.ts");
      const library = await import("pprof-format");
      return (of) => new Pprof(of, library);
    },
  },
  firefox: {
    of: "watch",
    async load() {
      const { FirefoxProfile } = await import("./firefox.ts");
      return (of) => new FirefoxProfile(of);
    },
  },
  csv: {
    of: "watch",
    async load() {
      const { Csv } = await import("./csv.ts");
      return (of) => new Csv(of);
    },
  },
  parquet: {
    of: "watch",
    async load() {
      const { Parquet } = await import("./parquet.ts");
      const library = await import("hyparquet-writer");
      return (of) => new Parquet(of, library);
    },
  },
  itf: {
    of: "model",
    async load() {
      const { Itf } = await import("./itf.ts");
      return (of) => new Itf(of);
    },
  },
  jsonl: {
    of: "model",
    async load() {
      const { ModelLines } = await import("./model-lines.ts");
      return (of) => new ModelLines(of);
    },
  },
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportName = keyof typeof EXPORT_FORMATS;
