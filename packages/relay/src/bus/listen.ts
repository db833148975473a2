import { chmod, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type ListenOptions, type Socket } from "node:net";
import { once } from "node:events";
import { TasukiError } from "@tasuki/contracts";
import { lingerOnClose } from "./lingering-close.ts";
import { createMalformedRequests } from "./malformed-requests.ts";

/** How long running requests may take to end when a listener closes. */
const graceMs = 3_000;
// Connections that may wait to be taken: Node's 511 is less than what comes when everybody sends at once, and the kernel drops the rest
// without a word. It has a cap of its own (Linux: net.core.somaxconn, 4,096).
const backlog = 4_096;

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
  const malformed = createMalformedRequests();
  const serve: RequestListener = (req, res) => {
    malformed.begin({ req, res });
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
  // Declared as any Duplex; of an HTTP server it is the connection.
  server.on("clientError", (error, socket) => malformed.refuse(error, socket as Socket));
  server.on("connect", (_req, socket) => malformed.refuseTunnel(socket as Socket));
  server.on("connection", lingerOnClose);
  // Headers are bounded by their size. Node would leave out all beyond the 2,000th, and whoever looks for one would not find it.
  server.maxHeadersCount = 0;
  server.listen({ ...where, backlog });
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
