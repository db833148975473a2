// A main that gives, on the sockets that `tasuki` asks, whatever answers a test has: those of a machine that lies.
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@tasuki/protocol";
import type { z } from "zod";

/** Answers by the path that they are given on: a value, or a refusal. */
export type Answers = ReadonlyMap<string, { readonly data: unknown } | { readonly problem: Problem }>;

export interface LyingMain extends AsyncDisposable {
  /** The relay's data folder, for `--data`. */
  readonly data: string;
  /** The socket of its operator API and its bus. */
  readonly socket: string;
}

/** Starts a main whose answers are asked for at each request. */
export async function startLyingMain(answers: () => Answers): Promise<LyingMain> {
  const data = await mkdtemp(join(tmpdir(), "tasuki-lying-"));
  const socket = join(data, "main", "operator.sock");
  await mkdir(join(data, "main"));
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? "", "http://main");
    req.resume().once("end", () => answer(res, pathname, answers().get(pathname)));
  });
  await once(server.listen(socket), "listening");
  return {
    data,
    socket,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(data, { recursive: true });
    },
  };
}

function answer(res: ServerResponse, path: string, given: ReturnType<Answers["get"]>): void {
  if (given === undefined) return void res.writeHead(404).end("{}");
  if ("problem" in given) {
    const { problem } = given;
    const error = { message: problem.detail, code: -32_009, data: { code: "CONFLICT", httpStatus: problem.status, path, problem } };
    return void res.writeHead(problem.status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
  }
  if (!path.endsWith("/watch")) {
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ result: { data: given.data } }));
    return;
  }
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.write(`event: connected\ndata: {}\n\ndata: ${JSON.stringify(given.data)}\n\n`);
}

/** The value with the words in every place for a text, those of keys among them, where the schema takes it so. */
export function saying<Value>(value: Value, words: string, schema?: z.ZodType): Value {
  const isTaken = (changed: unknown): boolean => schema === undefined || schema.safeParse(changed).success;
  const within = (held: unknown, put: (changed: unknown) => unknown): unknown => {
    const first = (candidates: readonly unknown[]): unknown => candidates.find((one) => isTaken(put(one))) ?? held;
    if (typeof held === "string") return first([`${held}${words}`, words]);
    if (typeof held !== "object" || held === null) return held;
    let whole: unknown = held;
    for (const [key, child] of Object.entries(held)) {
      const withChild = (changed: unknown): unknown =>
        Array.isArray(whole) ? whole.with(Number(key), changed) : { ...(whole as object), [key]: changed };
      whole = withChild(within(child, (changed) => put(withChild(changed))));
    }
    if (Array.isArray(whole)) return whole;
    const other = { ...(whole as object), [words]: Object.values(whole as object)[0] ?? words };
    return isTaken(put(other)) ? other : whole;
  };
  return within(value, (changed) => changed) as Value; // the same value, in other words
}
