import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Sha256, sha256Of, TasukiError, hasErrorCode } from "@tasuki/protocol";
import { opsGroup, type Policy, tagOf } from "../permission/policy.ts";
import type { Caller, Identity, Peer } from "./identity.ts";
import type { Roster } from "./roster.ts";

export interface LoopbackIdentityDeps {
  /** The node's identity folder: `secret`, and `peers/<principal>` with the SHA-256 of each other principal's secret. */
  readonly folder: string;
  /** The role of this node. */
  readonly role: string;
  readonly policy: Policy;
  readonly roster: Roster;
}

interface Keyring {
  readonly secret: string;
  /** Digests of the others' secrets, by principal. */
  readonly peers: ReadonlyMap<string, Buffer>;
}

/** Principal of people and scripts. */
const operatorPrincipal = "operator";

/** Advice to whoever calls without a known token. No path of this machine is told to a stranger. */
const whereTokensAre =
  "On one machine, people send the one in 'operator-secret', in the relay's data folder: curl -H \"authorization: Bearer $(cat .tasuki/operator-secret)\". The node's own socket, 'bus.sock' in its data folder, needs none.";

const loopbackAddresses = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const loopbackHosts = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Creates the identity provider for one machine, for development. Each principal has a secret, sent as a bearer token (RFC 6750,
 * section 2.1) over the loopback interface only, and every node holds the SHA-256 of the others' secrets. A called peer sees the caller's
 * secret, so secrets separate roles from mistakes, and not from each other's malice. The files are read once, at first use.
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
  const toCaller = (principal: string): Caller => {
    if (principal === operatorPrincipal)
      return { principal: `ops:${principal}`, roles: [], nodes: [], permissions: policy.permissionsFor({ groups: [opsGroup] }, role) };
    // `principal` is the role's name too where the roster does not have it.
    const own = roster[principal]?.role ?? principal;
    const permissions = policy.permissionsFor({ tags: [tagOf(own)] }, role);
    // A name that is no role's, and has none here, is nobody to the policy.
    if (roster[principal] === undefined && !policy.grants.some(({ src }) => src.includes(tagOf(own))))
      throw new TasukiError(
        "peer_unknown",
        `The caller is the node '${principal}', which is not in the roster of this node of role '${role}': add it to 'roster' in its config.jsonc, with its role.`,
      );
    return { principal: `node:${principal}`, roles: [own], nodes: [principal], permissions };
  };
  return {
    provider: "loopback",
    async identify({ address, authorization }: Peer) {
      if (!loopbackAddresses.has(address)) throw new TasukiError("peer_unknown", "Only programs of this machine may call.");
      const { peers } = await load();
      const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? "")?.[1];
      const digest = Buffer.from(sha256Of(token ?? ""), "hex");
      // Every digest is compared, also after one has matched, so that the time of the answer tells nothing.
      const matches = [...peers].filter(([, known]) => timingSafeEqual(known, digest));
      const principal = matches[0]?.[0];
      if (token === undefined || principal === undefined)
        throw new TasukiError(
          "peer_unknown",
          `The request has ${token === undefined ? "no bearer token" : "a bearer token that is not known here"}. ${whereTokensAre}`,
        );
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

/**
 * Gives every principal of one machine its secret, and every node the digests of the others' secrets. `folders` has each node's identity
 * folder by the node's name, and under `operator` the folder for `operator-secret`. Existing secrets are kept, so that this may be called at
 * every start.
 */
export async function writeLoopbackIdentities({ folders }: { folders: Readonly<Record<string, string>> }): Promise<void> {
  const secrets = new Map<string, string>();
  for (const [principal, folder] of Object.entries(folders)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    secrets.set(principal, await keepOrMakeSecret(join(folder, principal === operatorPrincipal ? "operator-secret" : "secret")));
  }
  for (const [principal, folder] of Object.entries(folders)) {
    if (principal === operatorPrincipal) continue;
    await mkdir(join(folder, "peers"), { recursive: true, mode: 0o700 });
    for (const [other, secret] of secrets) {
      if (other === principal) continue;
      const digest = sha256Of(secret);
      await writeFile(join(folder, "peers", other), `${digest}\n`, { mode: 0o600 });
    }
  }
}

async function keepOrMakeSecret(path: string): Promise<string> {
  try {
    await writeFile(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
  }
  return (await readFile(path, "utf8")).trim();
}
