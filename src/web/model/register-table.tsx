import type { ModelRun } from "./model-run.ts";
import { type RegisterRow, registersAt } from "./registers.ts";

export interface RegisterTableProps {
  readonly model: ModelRun;
  readonly at: number;
  readonly go: (step: number) => void;
}

const TYPES: Readonly<Record<number, string>> = { 1: "r", 2: "w", 3: "rw", 4: "x" };

/** The kernel's slots beside the watch registers. Where they differ is red. */
export function RegisterTable({ model, at, go }: RegisterTableProps) {
  const { history, run } = model;
  const rows = registersAt(history, run.steps, at);
  return (
    <table class="registers">
      <caption>Watch registers</caption>
      <thead>
        <tr>
          <th scope="col">CPU</th>
          <th scope="col">reg</th>
          <th scope="col">slot</th>
          <th scope="col">register</th>
          <th scope="col">do they agree?</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.cpu} ${row.register}`} class={row.mismatch && "bad"}>
            <td>{row.cpu}</td>
            <td>{row.register}</td>
            <td>
              <Written {...{ model, at, go, row }} field="slot">
                {row.event === 0 ? "empty" : `event ${row.event}`}
              </Written>
            </td>
            <td>
              <Written {...{ model, at, go, row }} field="regAddr">
                {row.isArmed
                  ? `0x${row.address.toString(16)}, ${row.length} bytes, ${TYPES[row.type] ?? row.type}`
                  : "off"}
              </Written>
            </td>
            <td>{row.mismatch ?? row.excuse ?? "yes"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface WrittenProps extends RegisterTableProps {
  readonly row: RegisterRow;
  readonly field: string;
  readonly children: string;
}

/** A value that leads to the step that wrote it. */
function Written({ model, at, go, row, field, children }: WrittenProps) {
  const own = { record: "perCpu", id: row.cpu };
  const step = model.history.writtenAt(own, field, at, row.register);
  if (step < 0) return <>{children}</>;
  return (
    <button
      type="button"
      class="value"
      title={`written in step ${step + 1}`}
      onClick={() => go(step)}
    >
      {children}
    </button>
  );
}
