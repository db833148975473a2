// Main's operator API at each of its doors. A tailscaled of the test's own says who calls: 127.0.1.1 is main's address, and a machine of the tailnet is
// whatever stands at another one (Linux lets a process listen on each address of 127.0.0.0/8, and call from it).
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openAccess, parsePolicy, writePolicy } from "@tasuki/bus";
import { type FakeMachine, startFakeLocalApi } from "@tasuki/bus/testing";
import { NodeConfig } from "@tasuki/node";
import { Problem } from "@tasuki/protocol";
import { startOperatorApi } from "../api/start-operator-api.ts";
import { letterRelay } from "./letter-relay.ts";
import { startOperatedRelay } from "./start-operated-relay.ts";

const people = { ops: ["ops@example.com"], read: ["read@example.com"], operate: ["operate@example.com"], decide: ["decide@example.com"] };
const policy = parsePolicy(writePolicy({ pipeline: letterRelay, people }));

const machine = (name: string, address: string): FakeMachine => {
  const tags = [`tag:tasuki-${name}`];
  return { name, address, tags, grants: policy.permissionsFor({ tags }, "main") };
};
const person = (name: string, address: string): FakeMachine => ({
  name,
  address,
  login: `${name}@example.com`,
  grants: policy.permissionsFor({ groups: [`group:tasuki-${name}`] }, "main"),
});

/** Addresses of the tailnet from which somebody may call, by who that is. */
export const addresses = {
  self: "127.0.1.1",
  writer: "127.0.1.2",
  editor: "127.0.1.3",
  printer: "127.0.1.4",
  ops: "127.0.1.10",
  read: "127.0.1.11",
  operate: "127.0.1.12",
  decide: "127.0.1.13",
  guest: "127.0.1.14",
  unknown: "127.0.1.99",
} as const;
export type TailnetCaller = keyof typeof addresses;

/** Request to a door, beside its path. */
export interface Sent {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface DoorAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The refusal's code, in whichever form the door gave it. */
  readonly code?: string;
  /** True where the door ended the connection with the answer. */
  readonly closed: boolean;
}

function lengthOf(body: string, headers: Readonly<Record<string, string>>): object {
  return "transfer-encoding" in headers ? {} : { "content-length": Buffer.byteLength(body) };
}

/** Opens every door of the operator API of a main whose relay has no other node. */
export async function openEveryDoor() {
  await using opened = new AsyncDisposableStack();
  const main = opened.use(await startOperatedRelay({ without: ["writer", "editor", "printer"] }));
  const node = main.relay.node("main");
  const tags = ["tag:tasuki-main"];
  const fake = opened.use(
    await startFakeLocalApi([
      { name: "main", address: addresses.self, tags },
      ...(["writer", "editor", "printer"] as const).map((name) => machine(name, addresses[name])),
      ...(["ops", "read", "operate", "decide"] as const).map((name) => person(name, addresses[name])),
      // Whoever calls from no address in particular: a command, on the laptop of one who operates.
      { ...person("operate", "127.0.0.1"), name: "laptop" },
      { name: "guest", address: addresses.guest, login: "guest@example.com" },
    ]),
  );
  const config = NodeConfig.parse({
    listen: { port: 0 },
    roster: {},
    identity: { provider: "tailscale", socket: fake.socket },
    operator: { listen: ["loopback", "tailnet"], port: 0 },
  });
  const { clock } = node;
  const logged: object[] = [];
  const logger = { ...node.logger, info: (fields: object, message: string) => void logged.push({ ...fields, message }) };
  const access = opened.use(
    await openAccess({ role: "main", pipeline: letterRelay, data: main.data, config, policy, clock, random: () => 0, logger }),
  );
  // The relay's own operator.sock stays as it is; this one stands where `tasuki` finds it with `--data`.
  const data = join(main.data, "doors");
  await mkdir(join(data, "main"), { recursive: true });
  const socketPath = join(data, "main", "operator.sock");
  const api = opened.use(await startOperatorApi({ node: { ...node, config, access, logger }, path: socketPath }));
  const { loopback = "", tailnet = "" } = api.urls;

  const send = async (url: string, where: object, { method = "GET", headers = {}, body }: Sent): Promise<DoorAnswer> => {
    const { host, pathname, search } = new URL(url);
    // A connection that would be kept, were it not for the door.
    const agent = new Agent({ keepAlive: true });
    const asked = request(url, {
      ...where,
      method,
      path: pathname + search,
      agent,
      headers: { host, ...(body !== undefined && { "content-type": "application/json", ...lengthOf(body, headers) }), ...headers },
    });
    asked.end(body);
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const said = await text(answer).finally(() => agent.destroy());
    const parsed: unknown = said.startsWith("{") ? JSON.parse(said) : said;
    const problem = Problem.safeParse((parsed as { error?: { data?: { problem?: unknown } } }).error?.data?.problem ?? parsed);
    return {
      status: answer.statusCode ?? 0,
      body: parsed,
      ...(problem.success && { code: problem.data.code }),
      closed: answer.headers.connection === "close",
    };
  };
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const stack = opened.move();
  return {
    main,
    /** Data folder for `--data`, with the socket beside which the other doors are open. */
    data,
    fake,
    /** Lines of the log, as far as they are told and no warning. */
    logged,
    urls: { loopback, tailnet },
    bySocket: (path: string, sent: Sent = {}) => send(`http://localhost${path}`, { socketPath }, sent),
    byTailnet: (who: TailnetCaller, path: string, sent: Sent = {}) => send(tailnet + path, { localAddress: addresses[who] }, sent),
    byLoopback: (secret: string | undefined, path: string, sent: Sent = {}) =>
      send(loopback + path, {}, { ...sent, headers: { ...(secret !== undefined && bearer(secret)), ...sent.headers } }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
