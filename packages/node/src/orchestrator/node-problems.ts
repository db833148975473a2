// Problems for which main does not follow a node, each with what mends it.
import type { Trust } from "@tasuki/evidence";
import { type Health, isTasukiError, type TasukiError } from "@tasuki/protocol";
import type { Position } from "@tasuki/store";

/** Problem of a node that answers, and not with its health; undefined where nothing answers. */
export function refusalBy(node: string, error: unknown): string | undefined {
  if (!isTasukiError(error) || error.code === "unreachable") return undefined;
  return `${node} refuses to tell main its health: ${error.code}: ${error.message}`;
}

/** Problem of a roster whose entry leads to another node: that one's life must not be taken for the life of the one that is meant. */
export function strangerAt({ node, role }: { readonly node: string; readonly role: string }, answer: Health): string | undefined {
  if (answer.node === node && answer.role === role) return undefined;
  return `at the address of ${node} answers node '${answer.node}' of role '${answer.role}', not '${node}' of role '${role}': correct the roster in main's config.jsonc, and start main again`;
}

/** Problem of a node without a pinned key: nothing of its feed can be verified, and what was passed over is never read again. */
export function unpinned({ node, trust }: { readonly node: string; readonly trust: Pick<Trust, "nodes"> }): string | undefined {
  if (trust.nodes().includes(node)) return undefined;
  return `main has no pinned key of ${node}: put the public half of its keys/receipt.pem into trust/${node}/ of main's data folder, and start main again`;
}

/**
 * Problem of a node that runs on an older copy of its data folder. A feed only grows: one that is shorter than what main holds of it would
 * give its next entries under indexes that main has already. Such a node is not followed until it is a new installation.
 */
export function olderCopy(node: string, answer: Health, held: Position | undefined): string | undefined {
  const { state, feed } = answer.store;
  if (held?.instance !== answer.instance || state !== "ok" || feed >= held.next) return undefined;
  return `the feed of ${node} has ${feed} entries, and main holds ${held.next}: its data folder is an older copy; give it an empty one, and main dispatches again what it has not finished`;
}

/** Problem of a node whose feed is long enough, and has another entry where main holds its last one. */
export function otherCopy(node: string, { message }: TasukiError): string {
  return `the feed of ${node} is not the one that main holds (${message}): its data folder is an older copy that has gone on, or a second one; give it an empty one, and main dispatches again what it has not finished`;
}

/** Problem of a node whose feed has something next that is no entry: nothing that comes after it counts without it. */
export function unreadableFeed(node: string, { message }: Error): string {
  return `the feed of ${node} can't be read on (${message}): look at its log, and whether its release is one that main's fits; main tries again by itself`;
}
