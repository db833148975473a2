// A tailnet for tests: main, whose tailscaled is asked, a machine for each role, a second one for editor, and a person's.
import { setImmediate as turn } from "node:timers/promises";
import { policy, quiet } from "./bus-fixture.ts";
import { opsGroup, tagOf } from "../permission/policy.ts";
import { createLocalApi } from "../identity/local-api.ts";
import { type FakeMachine, startFakeLocalApi } from "./fake-local-api.ts";
import type { IdentityFixture } from "./describe-identity.ts";
import type { Roster } from "../identity/roster.ts";
import { openTailnet } from "../identity/tailnet.ts";
import { createTailscaleIdentity } from "../identity/tailscale-identity.ts";

/** A role's machine, with its grants on main by the policy of the tests. */
export function machineOf(role: string, address: string, name = role): FakeMachine {
  return { name, address, tags: [tagOf(role)], grants: policy.permissionsFor({ tags: [tagOf(role)] }, "main") };
}

export const addresses = {
  main: "100.64.0.1",
  writer: "100.64.0.2",
  editor: "100.64.0.3",
  operator: "100.64.0.4",
  "editor-2": "100.64.0.5",
  stranger: "100.64.0.9",
};
export const laptop: FakeMachine = {
  name: "laptop",
  address: addresses.operator,
  login: "ops@example.com",
  grants: policy.permissionsFor({ groups: [opsGroup] }, "main"),
};
export const machines: readonly FakeMachine[] = [
  { ...machineOf("main", addresses.main), grants: undefined },
  machineOf("writer", addresses.writer),
  machineOf("editor", addresses.editor),
  laptop,
  machineOf("editor", addresses["editor-2"], "editor-2"),
];
export const roster = {
  main: { role: "main", url: `http://${addresses.main}:18100` },
  writer: { role: "writer", url: `http://${addresses.writer}:18101` },
  editor: { role: "editor", url: `http://${addresses.editor}:18102` },
  "editor-2": { role: "editor", url: `http://${addresses["editor-2"]}:18102` },
};

const hour = 3_600_000;

interface TailscaleFixtureOptions {
  readonly blind?: boolean;
  readonly fake?: readonly FakeMachine[];
  readonly roster?: Roster;
}

/** Opens main's identity over a fake tailscaled, with a clock that only the test moves. */
export async function openTailscale({ blind = false, fake: given = machines, roster: known = roster }: TailscaleFixtureOptions = {}) {
  const stack = new AsyncDisposableStack();
  const fake = stack.use(await startFakeLocalApi(given));
  if (blind) await fake.stop();
  const localApi = stack.use(createLocalApi({ socket: fake.socket }));
  const time = { ms: 0 };
  const clock = { monotonic: () => time.ms };
  const tailnet = stack.use(await openTailnet({ localApi, role: "main", apart: [], logger: quiet, clock, everyMs: 5 }));
  const identity = stack.use(
    createTailscaleIdentity({ localApi, tailnet, role: "main", roster: known, policy, clock, maxUnheardMs: hour }),
  );
  const until = async (is: string): Promise<void> => {
    while (tailnet.state().is !== is) await turn();
  };
  const fixture: IdentityFixture & { see(): Promise<void> } = {
    identity,
    peer: async (who) => ({ address: addresses[who], port: 40_000 }),
    writerUrl: roster.writer.url,
    async see() {
      await fake.start();
      await until("up");
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return { ...fixture, fake, tailnet, time, until };
}
