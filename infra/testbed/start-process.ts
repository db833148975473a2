import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface Started extends AsyncDisposable {
  readonly pid: number;
  /** Everything that the process has printed so far. */
  output(): string;
  /** Resolves once the process has printed a text; rejects when it ends before. */
  printed(text: string): Promise<void>;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Resolves with the exit code, -1 after a signal. */
  readonly ended: Promise<number>;
}

/**
 * Starts a process with this environment and PATH, and with a channel by which it notices that this one is gone. Disposing ends it by SIGTERM,
 * then by SIGKILL.
 */
export function startProcess([program = "", ...args]: readonly string[], env: Readonly<Record<string, string>>): Started {
  const child = spawn(program, args, { env: { PATH: process.env["PATH"], ...env }, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async printed(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null)
          throw new Error(`${args.join(" ")} ended with ${child.exitCode} before it printed '${text}':\n${output}`);
        await delay(10);
      }
    },
    send: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on("message", listener),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      const timer = setTimeout(() => child.kill("SIGKILL"), 8_000);
      child.kill("SIGTERM");
      await closed;
      clearTimeout(timer);
    },
  };
}
