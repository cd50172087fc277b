import { FIXES } from "../../kernel/index.ts";
import { ARCH_NAMES, DESIGN_NAMES, type Program } from "../../scenario/index.ts";
import { type Header, headerOf } from "./scenario-header.ts";

export interface MachineChoiceProps {
  readonly programs: readonly Program[];
  readonly program: number;
  readonly choose: (program: number) => void;
  readonly change: (header: Header) => void;
}

/** Which machine: one of the scenario's own, or another, which then stands in the scenario. */
export function MachineChoice({ programs, program, choose, change }: MachineChoiceProps) {
  const chosen = programs[program] ?? programs[0];
  if (chosen === undefined) return null;
  const header = headerOf(chosen);
  const isPowerpc = header.arch.startsWith("powerpc");
  return (
    <div class="machine">
      {programs.length > 1 && (
        <label>
          Machine of the file{" "}
          <select value={program} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {programs.map((it, index) => (
              <option key={nameOf(it)} value={index}>
                {nameOf(it)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        Architecture{" "}
        <select
          value={header.arch}
          onChange={({ currentTarget: { value: arch } }) =>
            change({ ...header, arch, design: arch.startsWith("powerpc") ? "c" : undefined })
          }
        >
          {ARCH_NAMES.map((arch) => (
            <option key={arch}>{arch}</option>
          ))}
        </select>
      </label>
      {isPowerpc && (
        <label>
          Design{" "}
          <select
            value={header.design ?? "c"}
            onChange={({ currentTarget: { value: design } }) => change({ ...header, design })}
          >
            {DESIGN_NAMES.map((design) => (
              <option key={design}>{design}</option>
            ))}
          </select>
        </label>
      )}
      <Fixes {...{ header, change }} />
    </div>
  );
}

function nameOf({ machine, withoutFixes }: Program): string {
  const { arch, design } = machine;
  const without = withoutFixes.map((fix) => `, without ${fix}`).join("");
  return `${arch}${arch.startsWith("powerpc") ? ` design ${design}` : ""}${without}`;
}

/** The ledger: each fix that Linux has had can be left out. */
function Fixes({
  header,
  change,
}: Pick<MachineChoiceProps, "change"> & { readonly header: Header }) {
  const { without } = header;
  const toggle = (fix: string) =>
    change({
      ...header,
      without: without.includes(fix) ? without.filter((it) => it !== fix) : [...without, fix],
    });
  return (
    <details class="fixes">
      <summary>
        Fixes: {without.length === 0 ? "all there" : `without ${without.join(", ")}`}
      </summary>
      <ul>
        {Object.entries(FIXES).map(([id, { title, year, without: what }]) => (
          <li key={id}>
            <label title={what}>
              <input type="checkbox" checked={!without.includes(id)} onChange={() => toggle(id)} />{" "}
              {id} ({year}): {title}
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}
