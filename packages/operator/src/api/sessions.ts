import { timingSafeEqual } from "node:crypto";
import type { OperatorLevel } from "@tasuki/bus";
import { type Clock, sha256Of, TasukiError } from "@tasuki/protocol";
import type { Operator } from "./operator.ts";

/** Milliseconds in which a link can be used, once. */
const linkMs = 5 * 60_000;
/** Milliseconds that a session lasts. */
const sessionMs = 12 * 3_600_000;
/** Links, and sessions, that are known at once; the oldest gives way. */
const atMost = 64;

export interface SessionsDeps {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** Makes a secret that nobody can guess: 256 random bits in base64url. */
  readonly newSecret: () => string;
}

/** Rights of a link, and of the session that is opened with it. */
export interface SessionRights {
  readonly principal: string;
  readonly level: OperatorLevel;
}

/** A secret, and the time at which it ends: milliseconds since 1970. */
interface TimedSecret extends SessionRights {
  readonly secret: string;
  readonly expiresAt: number;
}

/**
 * Sessions of the loopback door. A link is made for who can open `operator.sock`, and opens one session, whose secret is sent as a bearer token
 * (RFC 6750, section 2.1). All of them end with main's process.
 */
export interface Sessions {
  /** Makes a link. Without a `name`, the session is named after its own secret's digest. */
  link(rights: { readonly level: OperatorLevel; readonly name?: string | undefined }): TimedSecret;
  /** Opens a session with a link, which is used up by that. Throws `peer_unknown`. */
  open(link: string): TimedSecret;
  /** Finds the caller by the `Authorization` header. Throws `peer_unknown`. */
  find(authorization: string | undefined): Operator;
}

/** Secrets by their SHA-256 alone, each until its time is over. */
function createSecrets({ clock, newSecret }: SessionsDeps, lastsMs: number) {
  let known: readonly { readonly digest: Buffer; readonly until: number; readonly rights: SessionRights }[] = [];
  const current = () => (known = known.filter(({ until }) => clock.monotonic() < until));
  return {
    add(rightsOf: (digest: string) => SessionRights): TimedSecret {
      const secret = newSecret();
      const digest = sha256Of(secret);
      const rights = rightsOf(digest);
      known = [...current(), { digest: Buffer.from(digest, "hex"), until: clock.monotonic() + lastsMs, rights }].slice(-atMost);
      return { ...rights, secret, expiresAt: clock.now() + lastsMs };
    },
    find(secret: string): SessionRights | undefined {
      const digest = Buffer.from(sha256Of(secret), "hex");
      // Every digest is compared, also after one has matched, so that the time of the answer tells nothing.
      return current().filter((one) => timingSafeEqual(one.digest, digest))[0]?.rights;
    },
    remove(secret: string): void {
      const digest = Buffer.from(sha256Of(secret), "hex");
      known = current().filter((one) => !timingSafeEqual(one.digest, digest));
    },
  };
}

export function createSessions(deps: SessionsDeps): Sessions {
  const links = createSecrets(deps, linkMs);
  const sessions = createSecrets(deps, sessionMs);
  return {
    link: ({ level, name }) => links.add((digest) => ({ principal: `session:${name ?? digest.slice(0, 8)}`, level })),
    open(link) {
      const rights = links.find(link);
      if (rights === undefined)
        throw new TasukiError(
          "peer_unknown",
          "The link is not known: it was used, or its 5 minutes are over. 'tasuki link' makes another.",
        );
      links.remove(link);
      return sessions.add(() => rights);
    },
    find(authorization) {
      const secret = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? "")?.[1];
      const rights = secret === undefined ? undefined : sessions.find(secret);
      if (rights === undefined)
        throw new TasukiError(
          "peer_unknown",
          `The request has ${secret === undefined ? "no bearer token of a session" : "a bearer token of no session: it is over, or main was started again"}. 'tasuki link' on main's machine makes a link that opens one.`,
        );
      return { ...rights, isLocal: false };
    },
  };
}
