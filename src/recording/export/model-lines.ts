import type {
  RecordedProgram,
  RecordedStep,
  RecordedVerdict,
  RecordingHeader,
} from "../recorded.ts";
import type { RecordedHunt } from "../recorded-search.ts";
import type { Exporter, ExportOf, Put } from "./exporter.ts";

/** JSON lines of runs of the model: header, programs, steps with all that changed, verdicts. */
export class ModelLines implements Exporter {
  private readonly put: Put;

  constructor({ put }: ExportOf) {
    this.put = put;
  }

  header({ source, trapline, model }: RecordingHeader): void {
    this.line({ kind: "header", schema: "trapline.trace", version: 1, trapline, source, ...model });
  }

  program(program: RecordedProgram): void {
    this.line({ kind: "program", ...program });
  }

  step(step: RecordedStep): void {
    this.line({ kind: "step", ...step });
  }

  verdict(verdict: RecordedVerdict): void {
    this.line({ kind: "verdict", ...verdict });
  }

  hunt(hunt: RecordedHunt): void {
    this.line({ kind: "hunt", ...hunt });
  }

  end(): void {
    // Every record was put as it came.
  }

  private line(value: object): void {
    this.put(`${JSON.stringify(value)}\n`);
  }
}
