import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { type LocalApi, TailnetStatus, Whois } from "./local-api.ts";

export interface LocalApiDeps {
  /** The socket of tailscaled. */
  readonly socket: string;
  /** Time for one answer, milliseconds. */
  readonly timeoutMs?: number;
}

/** tailscaled's socket on Linux. Source: paths/paths.go of tailscale.com. */
export const defaultSocket = "/var/run/tailscale/tailscaled.sock";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A client of tailscaled's LocalAPI (whois and status, which its authors call stable) over the unix socket. */
export function createLocalApi({ socket, timeoutMs = 500 }: LocalApiDeps): LocalApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const get = (path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // The server takes this Host and no other, and neither Origin nor Referer (ipn/localapi/localapi.go).
      const headers = { host: "local-tailscaled.sock" };
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request({ agent, socketPath: socket, path: `/localapi/v0/${path}`, headers, signal }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      asked.once("error", (cause) => reject(new Error(`tailscaled at ${socket} did not answer: ${cause.message}`, { cause })));
      asked.end();
    });
  const read = <S extends z.ZodType>(schema: S, { status, body }: Answer): z.output<S> => {
    if (status !== 200) throw new Error(`tailscaled at ${socket} answered ${status}: ${body.trim().slice(0, 200)}`);
    return schema.parse(JSON.parse(body));
  };
  return {
    async whois(address) {
      const answer = await get(`whois?${new URLSearchParams({ addr: address, proto: "tcp" }).toString()}`);
      return answer.status === 404 ? undefined : read(Whois, answer);
    },
    status: async () => read(TailnetStatus, await get("status?peers=false")),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
