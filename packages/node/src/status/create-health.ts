import {
  artifactOf,
  artifactsOnWire,
  type Clock,
  contractDigests,
  type Health,
  notes,
  type Pipeline,
  roleOf,
  toldTo,
} from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { BusHandlers, Identity } from "@tasuki/bus";
import type { ClockSkews } from "./clock-skews.ts";

export interface HealthDeps {
  readonly node: string;
  readonly role: string;
  readonly version: string;
  readonly pipeline: Pipeline;
  readonly store: Pick<Store, "instance" | "feedSize">;
  /** True once the store can keep nothing any more. */
  readonly isStoreFailing: () => boolean;
  readonly identity: Pick<Identity, "provider" | "state">;
  readonly policy: () => NonNullable<Health["policy"]>;
  readonly clock: Pick<Clock, "now">;
  readonly executor?: string | undefined;
  readonly skews: Pick<ClockSkews, "all">;
}

/** Health of a node (`/health`): its name and role, the contracts that it reads and writes, and the state of what it works with. */
export function createHealth(deps: HealthDeps): BusHandlers["health"] {
  const { node, role, version, pipeline, store, isStoreFailing, identity, policy, clock, executor, skews } = deps;
  const contracts = contractsOf(pipeline, role);
  return async (): Promise<Health> => {
    const failing = isStoreFailing();
    return {
      node,
      role,
      instance: store.instance,
      version,
      contracts,
      clock: new Date(clock.now()).toISOString(),
      store: { state: failing ? "failing" : "ok", feed: failing ? 0 : await store.feedSize() },
      identity: { provider: identity.provider, state: identity.state() },
      policy: policy(),
      ...(executor !== undefined && { executor }),
      ...(skews.all().size > 0 && {
        skews: Object.fromEntries([...skews.all()].map(([peer, { ms, isSuspect: suspect }]) => [peer, { ms, suspect }])),
      }),
      features: ["nodes"],
    };
  };
}

/** Contracts of a role; main, which is none, writes the given artifacts and the notes to authors, and reads every one. */
function contractsOf(pipeline: Pipeline, role: string): Health["contracts"] {
  const found = roleOf(pipeline, role);
  const read = found === undefined ? artifactsOnWire(pipeline) : [...found.consumes.map(artifactOf), ...toldTo(found)];
  const written = found?.produces.map(artifactOf) ?? [...pipeline.given, notes];
  return {
    reads: Object.fromEntries(read.map(({ name, versions }) => [name, versions.map(({ version }) => version)])),
    writes: Object.fromEntries(written.map(({ name, writes }) => [name, [...writes]])),
    digests: contractDigests([...read, ...written]),
  };
}
