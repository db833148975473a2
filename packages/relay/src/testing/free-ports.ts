import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

// Below the ports that systems give to outgoing connections (32768 on Linux), which come and go while nodes are stopped and started.
const [firstPort, lastPort] = [20_000, 32_000];
/** What this process was given before: between its being found free and its node's listening a port looks free to the next relay. */
const given = new Set<number>();

/** Ports that were free just now. All are held until the last is found, so that they differ. */
export async function freePorts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const held = await Promise.all(names.map(async (name) => ({ name, ...(await holdPort()) })));
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return new Map(held.map(({ name, port }) => [name, port]));
}

async function holdPort(): Promise<{ server: Server; port: number }> {
  for (;;) {
    const port = randomInt(firstPort, lastPort);
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer().listen(port, "127.0.0.1");
    const isHeld = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (isHeld) return { server, port };
  }
}
