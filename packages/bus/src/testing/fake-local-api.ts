// A LocalAPI of tailscaled for tests: a unix socket that answers as tailscaled 1.102.3 did (recorded), about machines that the test names.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capabilityOf, type Permission } from "../permission/permission.ts";

/** A machine, as tailscaled of the asked machine sees it. */
export interface FakeMachine {
  readonly name: string;
  readonly address: string;
  /** Tags of the machine; a person's has none. */
  readonly tags?: readonly string[];
  readonly login?: string;
  /** Grants of the machine on the asked one; undefined for none, which tailscaled writes as null. */
  readonly grants?: unknown;
  /** Fields that replace those of the recorded node: `{ Expired: true }`. */
  readonly node?: object;
}

export interface FakeLocalApi extends AsyncDisposable {
  readonly socket: string;
  /** Machines of the tailnet. The first is the asked one. */
  machines: FakeMachine[];
  /** `BackendState` of the status. */
  backend: string;
  /** True while tailscaled hears of its control server. */
  online: boolean;
  /** Listener that answers in place of the recorded answers. */
  instead: RequestListener | undefined;
  /** Requests so far: `/localapi/v0/whois?…`. */
  readonly asked: string[];
  /** Stops listening, as when tailscaled ends. */
  stop(): Promise<void>;
  /** Listens again at the same socket. */
  start(): Promise<void>;
}

export async function startFakeLocalApi(machines: readonly FakeMachine[]): Promise<FakeLocalApi> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-tailscaled-"));
  let server: Server | undefined;
  const fake: FakeLocalApi = {
    socket: join(folder, "tailscaled.sock"),
    machines: [...machines],
    backend: "Running",
    online: true,
    instead: undefined,
    asked: [],
    async stop() {
      const closed = server?.close();
      server?.closeAllConnections();
      if (closed) await once(closed, "close");
      server = undefined;
    },
    async start() {
      server = createServer((req, res) => (fake.asked.push(req.url ?? ""), (fake.instead ?? answer)(req, res)));
      server.listen(fake.socket);
      await once(server, "listening");
    },
    async [Symbol.asyncDispose]() {
      await fake.stop();
      await rm(folder, { recursive: true });
    },
  };
  const answer: RequestListener = ({ url = "", headers }, res) => {
    const { pathname, searchParams } = new URL(url, "http://local-tailscaled.sock");
    const send = (status: number, body: string): void => void res.writeHead(status).end(body);
    if (headers.host !== "local-tailscaled.sock" || headers.origin !== undefined || headers.referer !== undefined)
      return send(403, "invalid localapi request\n");
    const [self] = fake.machines;
    if (pathname === "/localapi/v0/status" && self) return send(200, JSON.stringify(toStatus(self, fake)));
    if (pathname !== "/localapi/v0/whois") return send(404, "not found\n");
    const address = /^\[?([0-9a-f.:]+?)\]?:[0-9]+$/.exec(searchParams.get("addr") ?? "")?.[1];
    if (address === undefined) return send(400, "invalid 'addr' parameter\n");
    const found = fake.machines.findIndex((machine) => machine.address === address);
    const machine = fake.machines[found];
    return machine ? send(200, JSON.stringify(toWhois(machine, found + 1), undefined, "\t")) : send(404, "no match for IP:port\n");
  };
  await fake.start();
  return fake;
}

function toWhois({ name, address, tags = [], login, grants, node }: FakeMachine, id: number): object {
  const addresses = [`${address}/${address.includes(":") ? 128 : 32}`];
  return {
    Node: {
      ID: id,
      StableID: `TESTCTRL0000000${id}`,
      Name: `${name}.tasuki.test.`,
      User: id,
      Key: "nodekey:cc106cd13972b4a4959a913add1c5dc2f34b32aedf5e71bebd76dd0d0744ae1f",
      Machine: "mkey:64c3e738010ab5a6e338483972ddb36a207215cda8f863d4acc4a78d17c77c3d",
      DiscoKey: "discokey:ebfc282c6002e4ecbec7ce3f669016f8e24a939a53d6557ae403420da0118904",
      Addresses: addresses,
      AllowedIPs: addresses,
      Endpoints: ["10.99.0.11:41641"],
      HomeDERP: 1,
      Hostinfo: { OS: "linux", Hostname: name, RequestTags: tags, NetInfo: { WorkingIPv6: false, PreferredDERP: 1 } },
      Cap: 142,
      ...(tags.length > 0 && { Tags: tags }),
      Online: true,
      MachineAuthorized: true,
      CapMap: { funnel: [], https: [] },
      ComputedName: name,
      ComputedNameWithHost: name,
      ...node,
    },
    UserProfile: { ID: id, LoginName: login ?? "tagged-devices", DisplayName: "Tagged Devices" },
    CapMap: grants === undefined ? null : { "example.com/cap/other": null, ...toCapabilities(grants) },
  };
}

/** Grants as tailscaled has them, by capability. What is no list of permissions stands under the bus's. */
function toCapabilities(grants: unknown): object {
  const isList = Array.isArray(grants) && grants.every((one) => typeof one === "object" && one !== null);
  return isList ? Object.groupBy(grants as Permission[], capabilityOf) : { "tasuki.dev/cap/bus": grants };
}

function toStatus({ name, address, tags = [] }: FakeMachine, { backend, online }: FakeLocalApi): object {
  const running = backend === "Running";
  return {
    Version: "1.102.3",
    TUN: true,
    BackendState: backend,
    HaveNodeKey: true,
    AuthURL: "",
    TailscaleIPs: backend === "NoState" ? null : [address],
    Self: {
      ID: "TESTCTRL00000001",
      NodeID: 1,
      HostName: name,
      DNSName: `${name}.tasuki.test.`,
      TailscaleIPs: [address],
      ...(tags.length > 0 && { Tags: tags }),
      Online: running && online,
      CapMap: { funnel: null, https: null },
    },
    Health: [],
    MagicDNSSuffix: "tasuki.test",
    CurrentTailnet: { Name: "fake-control.example.net", MagicDNSSuffix: "tasuki.test", MagicDNSEnabled: false },
    CertDomains: null,
    Peer: null,
    User: {},
  };
}
