import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Range of the ports. It ends below those of outgoing connections (32768 on Linux), which come and go while nodes are stopped and started. */
const [firstPort, lastPort] = [20_000, 32_000];
const address = "127.0.0.1";
/**
 * Address at which a given port is held for as long as this process lives: at its own address it looks free to every other test process
 * whenever its node doesn't listen. Systems that have no such address (macOS) do without.
 */
const heldAt = "127.0.0.2";

/** Finds ports that are free on 127.0.0.1, and that no other caller on this machine is given. */
export async function freePorts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await Promise.all(names.map(async (name) => [name, await findPort()] as const));
  return new Map(found);
}

async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort);
    const hold = createServer().unref();
    const held = await listen(hold, { port, host: heldAt });
    if (held === "EADDRINUSE") continue;
    const server = createServer();
    const tried = await listen(server, { port, host: address });
    if (tried === undefined) {
      server.close();
      await once(server, "close");
      return port;
    }
    hold.close();
  }
}

/** Makes a server listen. Resolves with undefined, or with the code of the error for which it can't. */
async function listen(server: Server, where: { readonly port: number; readonly host: string }): Promise<string | undefined> {
  server.listen(where);
  return once(server, "listening").then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => code ?? "unknown",
  );
}
