import { chmod, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type ListenOptions, type Socket } from "node:net";
import { once } from "node:events";
import { systemCause, systemCode, TasukiError } from "@tasuki/protocol";
import { createMalformedRequests } from "./malformed-requests.ts";

/** Time that running requests have to end when a listener closes. */
const graceMs = 3_000;
/**
 * Connections that may wait to be taken. Node's 511 is less than what comes when all peers send at once, and the kernel drops the rest
 * silently. The kernel has a cap of its own (Linux: net.core.somaxconn, 4,096).
 */
const backlog = 4_096;

/**
 * Connections that a listener holds at once, of all and of one address; more are dropped before a byte of them is read. Each takes a file descriptor,
 * and what has none left can open no file either. A peer has some dozens, and a thousand when it brings as many files at once; the machine's own users
 * come by a socket that has no address.
 */
const mostConnections = { ofAll: 8_192, ofAddress: 2_048 };

export interface BusListener extends AsyncDisposable {
  /** Base URL. */
  readonly url: string;
  readonly port: number;
  /** Rejects when the listener fails after it has begun to listen; never resolves. */
  readonly failed: Promise<never>;
}

/** A port, as a node's configuration gives it. */
export interface PortSetting {
  readonly port: number;
  /** The field of `config.jsonc` that has it, for advice; `listen.port` unless given. */
  readonly setting?: string;
}

/** Listens on TCP; port 0 takes a free one. Disposing ends subscriptions, lets running requests finish, then closes the remaining connections. */
export async function listenBus({ app, host, port, setting }: PortSetting & { app: RequestListener; host: string }): Promise<BusListener> {
  const { close, failed, server } = await listen(app, { host, port }, setting);
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
  // The path has at most 107 bytes of room in Linux's sockaddr_un; a longer one would be cut, or refused without a reason.
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

async function listen(app: RequestListener, where: ListenOptions, setting = "listen.port") {
  const stopping = new AbortController();
  const server = createServer({
    maxHeaderSize: 16_384,
    // `requireHostHeader` would let Node refuse a request without Host with an empty answer; the bus refuses it with a problem.
    requireHostHeader: false,
    headersTimeout: 10_000,
    // `requestTimeout` is the last resort, above the slowest upload that is allowed: `limitArrival` limits bodies by their size.
    requestTimeout: 1_200_000,
    connectionsCheckingInterval: 5_000,
    // `keepAliveTimeout` is told to clients, which end an idle connection a little earlier (Node's agent: a second). A connection whose other end is
    // gone looks idle, too, so a client that sends again after its time limit (10 s) finds no such connection left.
    keepAliveTimeout: 10_000,
  });
  const malformed = createMalformedRequests();
  const serve: RequestListener = (req, res) => {
    malformed.begin({ req, res });
    // A subscription never ends by itself, and would keep the server open.
    if (req.url?.startsWith("/trpc/watch") === true) {
      const end = (): void => void res.destroy();
      stopping.signal.addEventListener("abort", end);
      res.once("close", () => stopping.signal.removeEventListener("abort", end));
    }
    // A connection that was busy when the listener began to close becomes idle with its answer, and would be kept for the next request.
    res.once("close", () => stopping.signal.aborted && setImmediate(() => server.closeIdleConnections()));
    app(req, res);
  };
  server.on("request", serve);
  // `checkContinue` has a listener because Node would otherwise ask for the body before the request is admitted.
  server.on("checkContinue", serve);
  // `checkExpectation` has a listener because Node would otherwise refuse any other expectation with an empty 417.
  server.on("checkExpectation", serve);
  // `socket` is declared as a Duplex; an HTTP server's is the connection.
  server.on("clientError", (error, socket) => malformed.refuse(error, socket as Socket));
  server.on("connect", (_req, socket) => malformed.refuseTunnel(socket as Socket));
  server.on("connection", lingerOnClose);
  server.on("connection", createAddressCap());
  server.maxConnections = mostConnections.ofAll;
  // `maxHeadersCount` would drop every header beyond the 2,000th, and a check would not find it. `maxHeaderSize` bounds them.
  server.maxHeadersCount = 0;
  server.listen({ ...where, backlog });
  await once(server, "listening").catch((cause: unknown) => {
    const place = where.path ?? `${where.host}:${where.port}`;
    throw new TasukiError(
      "invalid_state",
      `The node can't listen on ${place}: ${systemCause(cause)}. ${adviceFor(cause, where, setting)}`,
      {
        cause,
      },
    );
  });
  const failed = new Promise<never>((_resolve, reject) => server.once("error", reject));
  failed.catch(() => undefined);
  return { server, failed, close: () => close(server, stopping) };
}

/** Cap of the connections of one address: those beyond it are reset. */
function createAddressCap(): (socket: Socket) => void {
  const counts = new Map<string, number>();
  return (socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return;
    const count = (counts.get(remoteAddress) ?? 0) + 1;
    if (count > mostConnections.ofAddress) return void socket.resetAndDestroy();
    counts.set(remoteAddress, count);
    socket.once("close", () => {
      const left = (counts.get(remoteAddress) ?? 1) - 1;
      if (left === 0) counts.delete(remoteAddress);
      else counts.set(remoteAddress, left);
    });
  };
}

/** Help against a failure to listen. */
function adviceFor(cause: unknown, { path }: ListenOptions, setting: string): string {
  if (path !== undefined)
    return "Let this node's user write to its data folder, and see that its disk can hold sockets; or use another folder.";
  switch (systemCode(cause) ?? "none") {
    case "EADDRINUSE":
      return `End the other process, or change '${setting}' in config.jsonc.`;
    case "EADDRNOTAVAIL":
      return "That is no address of this machine: change 'listen.host' in config.jsonc.";
    case "EACCES":
      return `Ports below 1024 need a right of their own: change '${setting}' in config.jsonc.`;
    default:
      return "Look at 'listen' in config.jsonc.";
  }
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

/** Longest time that a client may go on sending on a connection that has been closed to it. */
const lingerMs = 20_000;
/** Longest pause of that client meanwhile. */
const pauseMs = 1_000;

/**
 * Makes a socket linger when it is closed, so that its last answer arrives. A socket that is closed while bytes come in is reset, and a reset can
 * overtake the answer. A lingering socket is half-closed first, and drops incoming bytes until the client ends, too (RFC 9112, section 9.6).
 * `destroySoon` is the one method by which Node closes a connection after its last answer.
 */
function lingerOnClose(socket: Socket): void {
  let isClosing = false;
  socket.destroySoon = () => {
    if (isClosing) return;
    isClosing = true;
    if (socket.readableEnded || socket.destroyed) return endAndDestroy(socket);
    // The parser's `data` listener is removed, so that no request is taken from a connection that ends.
    const timers = [lingerMs, pauseMs].map((ms) => setTimeout(() => socket.destroy(), ms).unref());
    socket.removeAllListeners("data").on("data", () => void timers[1]?.refresh());
    socket.resume();
    socket.once("end", () => endAndDestroy(socket)).once("close", () => timers.forEach((timer) => clearTimeout(timer)));
    socket.end();
  };
}

function endAndDestroy(socket: Socket): void {
  if (socket.writableFinished) return void socket.destroy();
  socket.once("finish", () => socket.destroy());
  socket.end();
}
