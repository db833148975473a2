import { createHash, timingSafeEqual } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Sha256, TasukiError } from "@tasuki/contracts";
import { opsGroup, type Policy, tagOf } from "../permission/policy.ts";
import type { Caller, Identity, Peer } from "./identity.ts";

export interface LoopbackIdentityDeps {
  /** The node's identity folder: `secret`, and `peers/<principal>` with the SHA-256 of each other principal's secret. */
  readonly folder: string;
  /** The role of this node. */
  readonly role: string;
  readonly policy: Policy;
  /** By role: where it is, and its node's name where that differs from the role's. */
  readonly roster: Readonly<Record<string, { readonly node?: string | undefined; readonly url: string }>>;
}

interface Keyring {
  readonly secret: string;
  /** Digest of the secret, by principal. */
  readonly peers: ReadonlyMap<string, Buffer>;
}

/** The principal of people and scripts. */
export const operatorPrincipal = "operator";

const loopbackAddresses = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const loopbackHosts = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Identity on one machine, for development: each principal has a secret, sent as a bearer token (RFC 6750, section 2.1) over the
 * loopback interface only, and every node holds the SHA-256 of the others' secrets. A peer that is called sees the caller's secret,
 * so this separates roles from mistakes, not from each other's malice. The files are read once, at first use.
 */
export function createLoopbackIdentity({ folder, role, policy, roster }: LoopbackIdentityDeps): Identity {
  let keyring: Promise<Keyring> | undefined;
  let failing = false;
  const load = async (): Promise<Keyring> => {
    try {
      const loaded = await (keyring ??= readKeyring(folder));
      failing = false;
      return loaded;
    } catch (cause) {
      keyring = undefined;
      failing = true;
      throw new TasukiError("identity_unavailable", `The identity files in ${folder} can't be read.`, { cause, retryAfter: 2 });
    }
  };
  const roleOf = (principal: string): string => Object.entries(roster).find(([, entry]) => entry.node === principal)?.[0] ?? principal;
  const toCaller = (principal: string): Caller =>
    principal === operatorPrincipal
      ? { principal: `ops:${principal}`, roles: [], permissions: policy.permissionsFor({ groups: [opsGroup] }, role) }
      : {
          principal: `node:${principal}`,
          roles: [roleOf(principal)],
          permissions: policy.permissionsFor({ tags: [tagOf(roleOf(principal))] }, role),
        };
  return {
    provider: "loopback",
    async identify({ address, authorization }: Peer) {
      if (!loopbackAddresses.has(address)) throw new TasukiError("peer_unknown", "Only programs of this machine may call.");
      const { peers } = await load();
      const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? "")?.[1];
      const digest = createHash("sha256")
        .update(token ?? "")
        .digest();
      // Every digest is compared, whichever matches: the time tells nothing.
      const matches = [...peers].filter(([, known]) => timingSafeEqual(known, digest));
      const principal = matches[0]?.[0];
      if (token === undefined || principal === undefined)
        throw new TasukiError("peer_unknown", "The request has no bearer token, or one that is not known here.");
      return toCaller(principal);
    },
    async outbound(to, url) {
      const expected = roster[to]?.url;
      if (expected === undefined || new URL(expected).origin !== new URL(url).origin || !loopbackHosts.has(new URL(url).hostname))
        throw new TasukiError("peer_unknown", `${url} is not the address of ${to} in the roster, or not of this machine.`);
      return { authorization: `Bearer ${(await load()).secret}` };
    },
    state: () => (failing ? "failing" : "ok"),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function readKeyring(folder: string): Promise<Keyring> {
  const secret = (await readFile(join(folder, "secret"), "utf8")).trim();
  const names = await readdir(join(folder, "peers"));
  const peers = await Promise.all(
    names.map(async (name): Promise<[string, Buffer]> => {
      const digest = Sha256.parse((await readFile(join(folder, "peers", name), "utf8")).trim());
      return [name, Buffer.from(digest, "hex")];
    }),
  );
  return { secret, peers: new Map(peers) };
}
