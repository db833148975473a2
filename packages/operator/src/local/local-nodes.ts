import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { hasErrorCode, mainPort, type Pipeline, systemCause, TasukiError } from "@tasuki/protocol";

/** One node of a local relay. */
export interface LocalNode {
  readonly role: string;
  /** The node's data folder, absolute. */
  readonly data: string;
  /** The port of its bus, on 127.0.0.1. */
  readonly port: number;
  /** The base URL of its bus. */
  readonly url: string;
}

/** The relay that is to run on this machine, and its place there. */
export interface LocalPlace {
  readonly pipeline: Pipeline;
  /** The folder that holds one data folder for each role. */
  readonly data: string;
  /** Main's port; the other roles have the ones after it. */
  readonly portBase: number;
}

/** The nodes of a local relay: main, then the pipeline's roles, as far from `portBase` as their ports are from main's. */
export function toLocalNodes({ pipeline, data, portBase }: LocalPlace): readonly LocalNode[] {
  return [{ name: "main", port: mainPort }, ...pipeline.roles].map(({ name, port: rolePort }) => {
    const port = portBase + (rolePort - mainPort);
    return { role: name, data: resolve(data, name), port, url: `http://127.0.0.1:${port}` };
  });
}

/** The node's own socket: the bus, for this machine only. */
export function busSocketOf(node: LocalNode): string {
  return join(node.data, "bus.sock");
}

/** Health of the node behind a socket: true where it answers `GET /health` with 200 within two seconds. Never rejects. */
export function isHealthy(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ socketPath, path: "/health", headers: { host: "localhost" }, timeout: 2_000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    probe.once("timeout", () => probe.destroy());
    probe.once("error", () => resolve(false));
    probe.end();
  });
}

/** Checks that the nodes' ports are free. Rejects with `invalid_state` that names the first that is not: said here, before a node dies of it. */
export async function checkPorts(nodes: readonly LocalNode[]): Promise<void> {
  for (const { role, port } of nodes) {
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new TasukiError(
        "invalid_state",
        hasErrorCode(cause, "EADDRINUSE")
          ? `Port ${port}, for ${role}, is taken on 127.0.0.1: does a relay run already? Other ports: --port-base ${port + 10_000 > 65_000 ? 28_100 : port + 10_000}`
          : `Port ${port}, for ${role}, can't be listened on at 127.0.0.1: ${systemCause(cause)}.`,
        { cause },
      );
    } finally {
      server.close();
    }
  }
}
