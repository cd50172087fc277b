import type { Answer, Request } from "./messages.ts";
import { type Circumstances, check, replay, runLines } from "./work.ts";

// The worker of the playground: one job at a time; `stop` ends a check with what was explored.

const post = (answer: Answer) => self.postMessage(answer);

let isStopped = false;
const channel = new MessageChannel();
let goOn: (() => void) | undefined;
channel.port1.onmessage = () => goOn?.();

/** A timer would take 4 ms each time: a message comes at once, behind those of the page. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    goOn = resolve;
    channel.port2.postMessage(undefined);
  });
}

const circumstances: Circumstances = {
  pause,
  watch: {
    now: () => performance.now(),
    isInterrupted: () => isStopped,
    onProgress: ({ states, statesPerSecond, depth, queue }) =>
      post({ kind: "count", count: { states, statesPerSecond, depth, queue } }),
  },
  onFound: (run) => post({ kind: "found", run }),
};

async function serve(request: Request): Promise<void> {
  switch (request.kind) {
    case "stop":
      isStopped = true;
      return;
    case "check":
      isStopped = false;
      return post({ kind: "done", run: await check(request.job, circumstances) });
    case "run":
      return post({ kind: "done", run: runLines(request.job) });
    case "replay":
      return post({ kind: "done", run: replay(request.run) });
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  serve(data).catch((error: unknown) => {
    post({ kind: "refused", why: error instanceof Error ? error.message : String(error) });
  });
};
