import { NULL } from "../machine/index.ts";
import { PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import { checkAttr } from "./promises.ts";

/** What an event is made from. Numbers as in the state: `flags` are FLAG bits. */
export interface EventAttr {
  readonly addr: number;
  readonly len: number;
  readonly type: number;
  readonly flags: number;
  readonly disabled: boolean;
  readonly period: number;
  readonly sigData: number;
}

export interface EventPlace {
  readonly target: number;
  readonly cpu: number;
  readonly parent?: number;
  readonly handler?: number;
  /** The id that it is to have, if that was never used. */
  readonly wanted?: number;
}

/** kernel: perf_event_alloc(), up to where the breakpoint code is asked. */
export function perfEventAlloc(k: Kernel, attr: EventAttr, place: EventPlace): number {
  const { event } = k;
  const it = event.record.alloc(place.wanted);
  event.refs.set(it, 1);
  event.state.set(it, attr.disabled ? PERF_EVENT_STATE.off : PERF_EVENT_STATE.inactive);
  event.cpu.set(it, place.cpu);
  event.oncpu.set(it, -1);
  event.parent.set(it, place.parent ?? NULL);
  event.target.set(it, place.target);
  if (place.target !== NULL) k.thread.refs.add(place.target, 1);
  event.bpAddr.set(it, attr.addr);
  event.bpLen.set(it, attr.len);
  event.bpType.set(it, attr.type);
  event.flags.set(it, attr.flags);
  event.disabled.set(it, attr.disabled ? 1 : 0);
  event.sigData.set(it, attr.sigData);
  event.samplePeriod.set(it, attr.period);
  event.periodLeft.set(it, attr.period);
  event.handler.set(it, place.handler ?? 0);
  checkAttr(it, attrOf(k, it), attr);
  return it;
}

/** An event that was never seen by anybody goes, as perf_event_alloc()'s error path has it. */
export function perfEventDrop(k: Kernel, event: number): void {
  const target = k.event.target.get(event);
  k.event.record.free(event);
  if (target !== NULL) k.putTask(target);
}

/** What a child inherits: the attributes as they are now, and the state of the event it is made from. */
export function attrOf(k: Kernel, event: number): EventAttr {
  const { bpAddr, bpLen, bpType, flags, disabled, samplePeriod, sigData } = k.event;
  return {
    addr: bpAddr.get(event),
    len: bpLen.get(event),
    type: bpType.get(event),
    flags: flags.get(event),
    disabled: disabled.get(event) !== 0,
    period: samplePeriod.get(event),
    sigData: sigData.get(event),
  };
}
