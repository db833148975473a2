import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

export interface HostileNode extends AsyncDisposable {
  readonly pid: number;
  /** True while its process runs. */
  isRunning(): boolean;
  /** Bytes that its program holds, once the garbage is collected. */
  heldBytes(): Promise<number>;
  /** Bytes of memory that the process has. */
  residentBytes(): Promise<number>;
}

export interface HostileNodeDeps {
  readonly role: string;
  readonly data: string;
  /** Working folder of its process, with nothing in it. */
  readonly cwd: string;
  /** Called with each piece that it prints. */
  readonly onOutput: (text: string) => void;
  /** Command that stands before the program: a tracer. */
  readonly prefix?: readonly string[];
}

const apps = join(import.meta.dirname, "../../apps");

/** Starts an app of this repository as it is; its debugger is open to this machine, to ask how much memory it holds. */
export async function startHostileNode({ role, data, cwd, onOutput, prefix = [] }: HostileNodeDeps): Promise<HostileNode> {
  const [program, ...args] = [...prefix, process.execPath, "--inspect=127.0.0.1:0", join(apps, role, "src/main.ts")];
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, TMPDIR: cwd, TASUKI_DATA: data },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: signals reach the node also where a tracer stands before it.
    detached: true,
  });
  const debuggerUrl = Promise.withResolvers<string>();
  let printed = "";
  const take = (text: string): void => {
    onOutput(text);
    if (printed.length < 10_000) printed += text;
    const [, url] = /Debugger listening on (ws:\S+)/.exec(printed) ?? [];
    if (url !== undefined) debuggerUrl.resolve(url);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", take);
  const closed = once(child, "close");
  const started = await Promise.race([once(child, "message").then(() => true), closed.then(() => false)]);
  if (!started) throw new Error(`the node ended at its start:\n${printed}`);
  const { ask, close } = await openDebugger(await debuggerUrl.promise);
  const pid = child.pid ?? 0;
  return {
    pid,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async heldBytes() {
      // The finalizers after the first collection let go of more.
      for (let time = 0; time < 3; time += 1) await ask("HeapProfiler.collectGarbage");
      const expression = "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())";
      return Evaluated.parse(await ask("Runtime.evaluate", { expression })).result.value;
    },
    async residentBytes() {
      const [, pages = "0"] = (await readFile(`/proc/${pid}/statm`, "utf8")).split(" ");
      return Number(pages) * 4_096;
    },
    async [Symbol.asyncDispose]() {
      // A process waits at its end for whoever debugs it.
      close();
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGTERM");
      await closed;
    },
  };
}

const Evaluated = z.object({ result: z.object({ value: z.number() }) });
const Reply = z.object({ id: z.int(), result: z.unknown() });

/** Chrome DevTools Protocol, as far as it is needed here: one command at a time. */
async function openDebugger(url: string) {
  const socket = new WebSocket(url);
  await once(socket, "open");
  let id = 0;
  const ask = async (method: string, params: object = {}): Promise<unknown> => {
    const own = (id += 1);
    const reply = new Promise<unknown>((resolve) => {
      const listen = ({ data }: MessageEvent): void => {
        const parsed = Reply.safeParse(JSON.parse(String(data)));
        if (!parsed.success || parsed.data.id !== own) return;
        socket.removeEventListener("message", listen);
        resolve(parsed.data.result);
      };
      socket.addEventListener("message", listen);
    });
    socket.send(JSON.stringify({ id: own, method, params }));
    return await reply;
  };
  return { ask, close: () => socket.close() };
}
