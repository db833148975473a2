import { Health, parseContractRef } from "@tasuki/protocol";
import type { PeerRow } from "@tasuki/store";

/** Versions by contract that a node reads, as its last health said; undefined where none was seen. */
export type Reads = Health["contracts"]["reads"] | undefined;

export function readsOfNode(peers: readonly PeerRow[], node: string | undefined): Reads {
  const health = Health.safeParse(peers.find((peer) => peer.node === node)?.health);
  return health.success ? health.data.contracts.reads : undefined;
}

/** True for a contract, `name@version`, that a node reads in that version. */
export function isRead(contract: string, reads: Reads): boolean {
  const { name, version } = parseContractRef(contract);
  return reads?.[name]?.includes(version) === true;
}
