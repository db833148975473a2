import { type Cli, createCli } from "../cli/cli.ts";

/** Command line of which only what it says is of interest: not a terminal, and without a relay of its own. */
export function writeOnlyCli(): { readonly cli: Cli; said: () => string } {
  let written = "";
  const cli = createCli({
    env: { cwd: "/", color: false, isLive: false },
    cwd: "/",
    stdin: (async function* (): AsyncGenerator<Uint8Array> {})(),
    stdout: { write: () => true },
    stderr: { write: (text) => (written += text) },
    clock: { now: () => 0, monotonic: () => 0 },
    signal: new AbortController().signal,
    relay: () => Promise.reject(new Error("no relay is needed")),
  });
  return { cli, said: () => written };
}
