// The process of a caller on a machine of the test bed. It gets calls and sends answers over IPC, one message each way.
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Answer, Call } from "./start-caller.ts";

const kept = new Agent({ keepAlive: true, maxSockets: 1 });

async function call({ url, method = "GET", headers = {}, body, keep = false, timeoutMs, localAddress }: Call): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const asked = request(url, {
    method,
    headers,
    agent: keep ? kept : new Agent(),
    signal,
    ...(localAddress !== undefined && { localAddress }),
  });
  asked.end(body);
  try {
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const { socket } = response;
    const { localPort = 0 } = socket;
    const answer = { status: response.statusCode ?? 0, body: await text(response), from: localPort };
    // An answer with `connection: close` must be followed by that close, which is awaited here.
    if (response.headers.connection === "close" && !socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(timeoutMs) });
    return { ...answer, closed: socket.closed };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    // The signal is looked at first: an answer that the time limit cuts looks as if the other end had cut it.
    return { error: signal.aborted || code === "ABORT_ERR" ? "ETIMEDOUT" : code };
  }
}

process.on("message", ({ id, call: one }: { id: number; call: Call }) => {
  void call(one).then((answer) => process.send?.({ id, answer }));
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
