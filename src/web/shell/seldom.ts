/** Calls `act` some time after it was asked for, once for all that asked meanwhile. */
export function seldom(ms: number, act: () => void): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, ms);
  };
  return Object.assign(ask, { cancel: () => clearTimeout(timer) });
}
