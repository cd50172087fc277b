/** From here on Ctrl-C ends what is under way with what it has found; a second one ends the process. */
export function listenForInterrupt(): Disposable & { readonly happened: boolean } {
  let happened = false;
  const listen = () => {
    happened = true;
    process.off("SIGINT", listen);
  };
  process.on("SIGINT", listen);
  return {
    get happened() {
      return happened;
    },
    [Symbol.dispose]: () => {
      process.off("SIGINT", listen);
    },
  };
}
