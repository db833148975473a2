import { chmod, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type ListenOptions, type Socket } from "node:net";
import { once } from "node:events";
import { TasukiError, toProblem } from "@tasuki/contracts";

/** How long running requests may take to end when a listener closes. */
const graceMs = 3_000;

export interface BusListener extends AsyncDisposable {
  /** Base URL. */
  readonly url: string;
  readonly port: number;
  /** Rejects when the listener fails after it began; never resolves. */
  readonly failed: Promise<never>;
}

/** Listens on TCP. Port 0 takes a free one. Disposing ends subscriptions, lets running requests finish, then closes what is left. */
export async function listenBus({ app, host, port }: { app: RequestListener; host: string; port: number }): Promise<BusListener> {
  const { close, failed, server } = await listen(app, { host, port });
  const address = server.address() as AddressInfo; // a TCP server has one
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { url: `http://${shown}:${address.port}`, port: address.port, failed, [Symbol.asyncDispose]: close };
}

/** Listens on a unix socket that only its owner and group may open. A socket file that nobody listens on any more is removed first. */
export async function listenSocket({
  app,
  path,
  mode = 0o660,
}: {
  app: RequestListener;
  path: string;
  mode?: number;
}): Promise<AsyncDisposable & Pick<BusListener, "failed">> {
  // 107 bytes is the room in sockaddr_un on Linux; a longer path would be cut or refused without a reason.
  if (Buffer.byteLength(path) > 107)
    throw new TasukiError("invalid_state", `The path of the socket, ${path}, is longer than 107 bytes: use a shorter data folder.`);
  if (await isListening(path))
    throw new TasukiError("invalid_state", `Another process listens on ${path}: end it, or use another data folder.`);
  await rm(path, { force: true });
  const { close, failed } = await listen(app, { path });
  await chmod(path, mode);
  return { failed, [Symbol.asyncDispose]: close };
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

async function listen(app: RequestListener, where: ListenOptions) {
  const stopping = new AbortController();
  const server = createServer({
    maxHeaderSize: 16_384,
    // Node would refuse a request without Host by an empty answer; the bus refuses it in the form of every other refusal.
    requireHostHeader: false,
    headersTimeout: 10_000,
    // The bus limits bodies by their size; this is the last resort, above the slowest upload that it allows.
    requestTimeout: 1_200_000,
    connectionsCheckingInterval: 5_000,
    // Clients are told, and end a connection that was idle for so long a little earlier (undici: a second). One whose other end is gone
    // looks idle, too: whoever sends again after a time-out (10 s) finds none of those left.
    keepAliveTimeout: 10_000,
  });
  const serve: RequestListener = (req, res) => {
    // A subscription never ends by itself, and would hold the server open.
    if (req.url?.startsWith("/trpc/watch") === true) {
      const end = (): void => void res.destroy();
      stopping.signal.addEventListener("abort", end);
      res.once("close", () => stopping.signal.removeEventListener("abort", end));
    }
    // A connection that was busy when the listener began to close would be kept for its next request.
    res.once("close", () => stopping.signal.aborted && setImmediate(() => server.closeIdleConnections()));
    app(req, res);
  };
  server.on("request", serve);
  // Without this, Node asks for the body before anything has been decided.
  server.on("checkContinue", serve);
  // Any other expectation Node would refuse by an empty 417.
  server.on("checkExpectation", serve);
  server.on("clientError", answerClientError);
  server.listen(where);
  await once(server, "listening").catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const fix = "end the other process, or change 'listen' in config.jsonc";
    throw new TasukiError("invalid_state", `The node can't listen (${reason}): ${fix}.`, { cause });
  });
  const failed = new Promise<never>((_resolve, reject) => server.once("error", reject));
  failed.catch(() => undefined);
  return { server, failed, close: () => close(server, stopping) };
}

async function close(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort();
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs).unref();
  await closed;
  clearTimeout(timer);
}

/** What Node's parser refuses never becomes a request: answered by hand, in the form of every other refusal. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const isLate = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const problem = toProblem(
    isLate
      ? new TasukiError("request_timeout", "The request did not arrive in time.")
      : new TasukiError("malformed_request", "This is not a well-formed HTTP/1.1 request, or its headers exceed 16 KiB."),
  );
  const body = JSON.stringify(problem);
  const reason = isLate ? "Request Timeout" : "Bad Request";
  socket.end(
    `HTTP/1.1 ${problem.status} ${reason}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
