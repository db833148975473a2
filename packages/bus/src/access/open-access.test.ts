import { once } from "node:events";
import { type IncomingMessage, request, type RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { toProblem } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { admit } from "../server/admission.ts";
import { policy, quiet, smallPipeline as pipeline } from "../testing/bus-fixture.ts";
import { sendProblem } from "../server/send-problem.ts";
import { z } from "zod";
import { accessFields, checkAccess } from "./access-config.ts";
import { startFakeLocalApi } from "../testing/fake-local-api.ts";
import { openAccess } from "./open-access.ts";
import { machineOf } from "../testing/tailscale-fixture.ts";

const clock = { monotonic: () => performance.now() };
const onLinux = { skip: process.platform !== "linux" };

/** Main's bus on 127.0.1.1, called from editor's address, 127.0.1.2, and from one of no machine, 127.0.1.9. */
async function openMain(options: object = {}) {
  const stack = new AsyncDisposableStack();
  const editor = machineOf("editor", "127.0.1.2");
  const fake = stack.use(await startFakeLocalApi([machineOf("main", "127.0.1.1"), editor]));
  const identity = { provider: "tailscale", socket: fake.socket, ...options };
  const config = z
    .object(accessFields)
    .superRefine(checkAccess)
    .parse({ listen: { port: 0 }, roster: {}, identity });
  const access = stack.use(await openAccess({ role: "main", pipeline, data: "", config, policy, clock, random: () => 0, logger: quiet }));
  let hosts: readonly string[] = [];
  const identify = ({ socket: { remoteAddress = "", remotePort = 0 } }: IncomingMessage) =>
    access.identity.identify({ address: remoteAddress, port: remotePort });
  const app: RequestListener = (req, res) =>
    void admit({ role: "main", identify, allowedHosts: () => hosts }, req).then(
      () => res.end("{}"),
      (error: unknown) => sendProblem(req, res, { problem: toProblem(error) }),
    );
  const bus = stack.use(await access.listen(app));
  const get = (localAddress: string, host?: string) => ask("GET /health", localAddress, host);
  const ask = async (what: string, localAddress: string, host = new URL(bus.url).host) => {
    const [method = "GET", path = ""] = what.split(" ");
    hosts = access.hosts(bus);
    const asked = request(bus.url + path, { method, localAddress, agent: false, headers: { host } }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const body = (await json(answer)) as { code?: string };
    return { status: answer.statusCode, code: body.code, retryAfter: answer.headers["retry-after"], connection: answer.headers.connection };
  };
  return { fake, port: bus.port, get, ask, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test(
  "a node is called by its address, its name in DNS, and the short one; whoever the tailnet does not know gets nothing",
  onLinux,
  async () => {
    await using main = await openMain();
    for (const host of ["127.0.1.1", "main.tasuki.test", "main"])
      expect(await main.get("127.0.1.2", `${host}:${main.port}`)).toMatchObject({ status: 200 });
    expect(await main.get("127.0.1.2", `evil.example:${main.port}`)).toMatchObject({ status: 403, code: "wrong_host" });
    expect(await main.get("127.0.1.9")).toMatchObject({ status: 403, code: "peer_unknown", connection: "close" });
  },
);

test("while the tailnet is away everybody is told to come again, and nobody that the call was wrong", onLinux, async () => {
  await using main = await openMain();
  main.fake.backend = "Stopped";
  await expect
    .poll(() => main.get("127.0.1.2"), { timeout: 10_000 })
    .toMatchObject({ status: 503, code: "identity_unavailable", retryAfter: "2" });
  main.fake.backend = "Running";
  await expect.poll(() => main.get("127.0.1.2"), { timeout: 10_000 }).toMatchObject({ status: 200 });
});

test(
  "a node that has heard too little of its control server says how it is, and takes no task and no file until it hears again",
  onLinux,
  async () => {
    await using main = await openMain({ maxUnheardMinutes: 0.01 });
    const all = async () => {
      const answers = await Promise.all(["GET /health", "POST /task", "POST /upload"].map((what) => main.ask(what, "127.0.1.2")));
      return answers.map(({ status, code, retryAfter }) => [status, code, retryAfter]);
    };
    const taken = [200, undefined, undefined];
    const refused = [503, "identity_unavailable", "15"];
    expect(await all()).toEqual([taken, taken, taken]);
    main.fake.online = false;
    await expect.poll(all, { timeout: 10_000 }).toEqual([taken, refused, refused]);
    main.fake.online = true;
    await expect.poll(all, { timeout: 10_000 }).toEqual([taken, taken, taken]);
  },
);
