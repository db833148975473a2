import { fork } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { installLocked } from "./earlier-relay.ts";
import { type drive, within } from "./measure.ts";
import { cpuOf } from "./process-usage.ts";

const folder = join(import.meta.dirname, "rivals");

/** Time that the last messages of a measurement may take besides: some poll only every 30 s. */
const mostMs = 120_000;

/** Installs the rivals into their own folder, if they are not there. */
export async function installRivals(): Promise<void> {
  const isThere = await access(join(folder, "node_modules/.modules.yaml")).then(
    () => true,
    () => false,
  );
  if (!isThere) await installLocked(folder);
}

export interface RivalProcess extends AsyncDisposable {
  /** `ack`: messages that nobody works are added; `relay`: they go four hops. Keeps `inFlight` of them going for so long. */
  measure(what: "ack" | "relay", load: { readonly forMs: number; readonly inFlight: number }): ReturnType<typeof drive>;
  /** Resolves with the processor time that it has used, milliseconds. */
  cpu(): Promise<number>;
}

/** Starts a rival in a process of its own, client and workers together. */
export async function startRival(name: string, url: string): Promise<RivalProcess> {
  const child = fork(join(folder, "main.ts"), [name, url], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2_000)));
  const ended = once(child, "exit");
  const failed = ended.then((): never => {
    throw new Error(`it ended: ${/^.*Error\b.*$/m.exec(said)?.[0] ?? said}`);
  });
  failed.catch(() => undefined);
  const answer = async () => (await Promise.race([once(child, "message"), failed]))[0] as { measured: Awaited<ReturnType<typeof drive>> };
  await answer();
  return {
    async measure(what, load) {
      child.send({ what, ...load });
      return (await within(load.forMs + mostMs, `${what} of ${name}`, answer())).measured;
    },
    cpu: () => cpuOf(child.pid),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
