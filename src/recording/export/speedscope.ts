import type { PackedHit } from "../hit-run.ts";
import type { RecordingHeader } from "../recorded.ts";
import { callsOf, type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";

interface Profile {
  readonly name: string;
  readonly samples: (readonly number[])[];
  readonly weights: number[];
  lastStack: string;
  total: number;
}

/** speedscope's own format: a sampled profile for each thread, in the order of time, a hit weighing 1. */
export class Speedscope implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly frames = new Map<string, number>();
  private readonly shared: object[] = [];
  private readonly stacks = new Map<string, readonly number[]>();
  private readonly profiles = new Map<number, Profile>();

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    const profile = this.profileOf(hit);
    const stack = `${hit.site} ${hit.stack}`;
    profile.total += 1;
    const last = profile.weights.length - 1;
    if (profile.lastStack === stack) {
      profile.weights[last] = (profile.weights[last] ?? 0) + 1;
      return;
    }
    profile.lastStack = stack;
    profile.samples.push(this.stackOf(stack, hit));
    profile.weights.push(1);
  }

  end(): void {
    const file = {
      $schema: "https://www.speedscope.app/file-format-schema.json",
      exporter: `trapline@${this.names.trapline}`,
      name: `hits on ${this.names.spots.map(({ name }) => name).join(", ")}`,
      activeProfileIndex: 0,
      shared: { frames: this.shared },
      profiles: [...this.profiles.values()].map(({ name, samples, weights, total }) => ({
        ...{ type: "sampled", name, unit: "none", startValue: 0, endValue: total },
        ...{ samples, weights },
      })),
    };
    this.put(`${JSON.stringify(file)}\n`);
  }

  private profileOf(hit: PackedHit): Profile {
    const known = this.profiles.get(hit.thread);
    if (known !== undefined) return known;
    const { comm, pid, tid } = this.names.thread(hit);
    const name = `${comm} ${pid}/${tid}`;
    const profile: Profile = { name, samples: [], weights: [], lastStack: "", total: 0 };
    this.profiles.set(hit.thread, profile);
    return profile;
  }

  /** Outermost first. */
  private stackOf(key: string, hit: PackedHit): readonly number[] {
    const known = this.stacks.get(key);
    if (known !== undefined) return known;
    const calls = this.names.frames(hit).flatMap(callsOf).reverse();
    const stack = calls.map(({ name, file, line, column }) =>
      this.frameOf({ name, file, line, col: column }),
    );
    this.stacks.set(key, stack);
    return stack;
  }

  private frameOf(frame: object): number {
    const key = JSON.stringify(frame);
    const known = this.frames.get(key);
    if (known !== undefined) return known;
    const index = this.shared.push(frame) - 1;
    this.frames.set(key, index);
    return index;
  }
}
