import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeFlags } from "@tasuki/node";

export interface ChaosNode {
  readonly role: string;
  /** Starts its process; resolves with whether it got as far as listening. */
  start(env?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Resolves when the process that runs now, if any, has ended. */
  ended(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Steps its clock while it runs, so that it is wrong by so many milliseconds. Resolves when the process has been told. */
  setClock(skewMs: number): Promise<void>;
  isRunning(): boolean;
  /** Id of the process that runs now. Throws where none does. */
  pid(): number;
  /** End of the last process. */
  last(): { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string };
}

interface ChaosNodeDeps {
  readonly role: string;
  readonly data: string;
  readonly policy: string;
  /** Folder of V8's compile cache, with which a start takes half the time. */
  readonly cache: string;
  readonly env?: Readonly<Record<string, string>>;
}

const app = join(import.meta.dirname, "app.ts");

/** One node's process, started and killed as often as wanted. It ends with the process that started it. */
export function createChaosNode({ role, data, policy, cache, env = {} }: ChaosNodeDeps): ChaosNode {
  let child: ChildProcess | undefined;
  let closed: Promise<unknown> = Promise.resolve();
  let last: ReturnType<ChaosNode["last"]> = { code: null, signal: null, stderr: "" };
  return {
    role,
    async start({ CHAOS_PREFIX = "", ...more } = {}) {
      const prefix = CHAOS_PREFIX === "" ? [] : CHAOS_PREFIX.split(" ");
      const [program = "", ...args]: readonly string[] = [...prefix, process.execPath, ...nodeFlags, app];
      const own = (child = spawn(program, args, {
        env: {
          PATH: process.env["PATH"],
          NODE_COMPILE_CACHE: cache,
          ...env,
          ...more,
          CHAOS_ROLE: role,
          TASUKI_DATA: data,
          TASUKI_POLICY: policy,
        },
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        // A group of its own: signals reach the node also where a tracer stands before it.
        detached: true,
      }));
      let stderr = "";
      own.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4_000)));
      const end = async (): Promise<void> => {
        const [code, signal] = (await once(own, "close")) as [number | null, NodeJS.Signals | null]; // node:child_process, 'close'
        last = { code, signal, stderr };
        if (child === own) child = undefined;
      };
      closed = end();
      return await Promise.race([once(own, "message").then(() => true), closed.then(() => false)]);
    },
    ended: async () => void (await closed),
    kill(signal) {
      if (child?.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        // It has just died by itself, and that is not known here yet.
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      }
    },
    async setClock(skewMs) {
      const own = child;
      if (own === undefined) throw new Error(`${role} does not run`);
      await new Promise<void>((resolve, reject) => own.send({ skewMs }, (error) => (error === null ? resolve() : reject(error))));
    },
    isRunning: () => child !== undefined,
    pid() {
      if (child?.pid === undefined) throw new Error(`the node of ${role} does not run: ${last.stderr}`);
      return child.pid;
    },
    last: () => last,
  };
}
