// A TCP proxy that breaks connections in the ways in which networks do.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type Fault =
  | { readonly is: "none" }
  /** Each piece arrives so many milliseconds later. */
  | { readonly is: "latency"; readonly ms: number }
  /** A byte each second goes through, either way, until it heals; then what was sent arrives. */
  | { readonly is: "trickle" }
  /** Connections are taken, and nothing goes through until it heals; then what was sent arrives. */
  | { readonly is: "black-hole" }
  /** Requests arrive, answers do not until it heals. */
  | { readonly is: "one-way" }
  /** Connections are reset, those that are open and those that come. */
  | { readonly is: "reset" }
  /** The far end is gone, and this end never learns of it, not even when the network heals. */
  | { readonly is: "half-open" }
  /** A connection breaks after so many bytes of its request. */
  | { readonly is: "cut"; readonly after: number };

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Sets the fault from now on, also for connections that are open. */
  set(fault: Fault): void;
  /** Connections taken so far. */
  connections(): number;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  sent: number;
}

/** Stands on 127.0.0.1 before a node's port. The node is called by its own `Host`, which the caller gets from the roster and can't know. */
export async function openProxy(to: number): Promise<Proxy> {
  let fault: Fault = { is: "none" };
  let taken = 0;
  const pairs = new Set<Pair>();
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const [own, other] = [Buffer.from(`127.0.0.1:${port}`), Buffer.from(`127.0.0.1:${to}`)];

  const end = (pair: Pair, how: "reset" | "close"): void => {
    for (const socket of [pair.near, pair.far]) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
    pairs.delete(pair);
  };
  const apply = (pair: Pair): void => {
    const { near, far } = pair;
    near.resume();
    far.resume();
    if (fault.is === "black-hole") near.pause();
    if (fault.is === "black-hole" || fault.is === "one-way") far.pause();
    if (fault.is === "trickle") for (const socket of [near, far]) trickle(socket);
    if (fault.is === "reset") end(pair, "reset");
    if (fault.is !== "half-open") return;
    far.removeAllListeners("close").removeAllListeners("end");
    far.destroy();
  };
  /** Lets a byte a second through of what comes from one end, for as long as the fault lasts. */
  const trickle = (socket: Socket): void => {
    socket.pause();
    const timer = setInterval(() => {
      if (fault.is !== "trickle" || socket.destroyed) clearInterval(timer);
      else socket.read(1);
    }, 1_000);
  };
  const pass = (bytes: Buffer, socket: Socket): void => {
    const send = (): void => void (socket.writable && socket.write(bytes));
    if (fault.is === "latency") setTimeout(send, fault.ms);
    else send();
  };
  server.on("connection", (near) => {
    taken += 1;
    const far = connect({ port: to, host: "127.0.0.1", allowHalfOpen: true });
    const pair: Pair = { near, far, sent: 0 };
    pairs.add(pair);
    near.on("data", (bytes: Buffer) => {
      pair.sent += bytes.length;
      if (fault.is === "cut" && pair.sent > fault.after) return end(pair, "reset");
      pass(replaced(bytes, own, other), far);
    });
    far.on("data", (bytes: Buffer) => pass(bytes, near));
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.on("close", () => end(pair, "close"));
    far.on("close", () => end(pair, "close"));
    apply(pair);
  });
  return {
    port,
    connections: () => taken,
    set(next) {
      fault = next;
      for (const pair of pairs) apply(pair);
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) end(pair, "close");
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Both ports have five digits: the length stays, and so does every Content-Length. */
function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from);
  if (at < 0) return bytes;
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
}
