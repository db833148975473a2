import { type TaskPayload, TasukiError } from "@tasuki/protocol";
import { doubtAboutGrant, grantInMainsTask, readGrant, type Trust } from "@tasuki/evidence";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import type { AcceptRequest, Grounds } from "@tasuki/store";

interface CheckGrantDeps {
  readonly role: string;
  readonly trust: Trust;
  readonly roster: Roster;
}

/** Seconds after which main's word may have come. */
const wordRetryAfter = 5;

/**
 * Checks that main has given out the work that another role's node hands on. Resolves with what the store is to know of it: that main's grant came
 * with it, or that it is `unproven`. Rejects with `signature_invalid`, `malformed_message`; with `invalid_state` for a grant of something else; and
 * with `unavailable` for work without a grant, of which main has said nothing here, where main is known to sign grants.
 *
 * A node of an earlier release hands on without a grant. Main sends the receiver a nudge then, which is its word as well; and as long as no grant
 * of main's was ever seen here, main may be of an earlier release itself.
 */
export async function checkGrant(
  payload: TaskPayload,
  grounds: Pick<Grounds, "isGranted" | "mainsEpoch">,
  { role, trust, roster }: CheckGrantDeps,
): Promise<AcceptRequest["proof"]> {
  const { kind, run, epoch, from, grant: envelope } = payload;
  if (kind !== "work" || role === "main") return undefined;
  if (envelope !== undefined) {
    const listed = nodesOfRole(roster, "main");
    const nodes = listed.length > 0 ? listed : ["main"];
    const grant = from === "main" ? grantInMainsTask(envelope) : await readGrant(envelope, { trust, nodes });
    const doubt = doubtAboutGrant(grant, payload);
    if (doubt === undefined) return "granted";
    throw new TasukiError(
      "invalid_state",
      `Main has not given out run ${run} at epoch ${epoch} in this way: of the grant that came, ${doubt}.`,
    );
  }
  if (from === "main" || grounds.mainsEpoch === epoch) return undefined;
  if (grounds.isGranted !== true) return "unproven";
  throw new TasukiError(
    "unavailable",
    `Main has said nothing here of run ${run} at epoch ${epoch}, and the task brings no grant of main's: it is taken once main's word is here.`,
    { retryAfter: wordRetryAfter },
  );
}
