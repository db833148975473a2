import type { Violation } from "./history.ts";
import type { ReadHistory } from "./read-history.ts";

/** Every task that a node accepted names its files as their contracts do. */
export function checkNames({ feeds, isNamed }: ReadHistory): readonly Violation[] {
  return feeds.flatMap(({ node, read }) =>
    read.flatMap(({ own, tasks, index }) => {
      if (own?.says.state !== "accepted") return [];
      const files = tasks.flatMap(({ payload, envelope }) => payload?.attachments ?? attachmentsOf(envelope.payload));
      return files
        .filter(({ contract, name }) => !isNamed(contract, name))
        .map(({ contract, name }) => ({ guarantee: "R7.names", what: `${node} entry ${index} accepted '${name}' as ${contract}` }));
    }),
  );
}

/** Attachments of a script's bare request. */
function attachmentsOf(payload: string): readonly { readonly name: string; readonly contract: string }[] {
  const request = JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as { attachments?: { name: string; contract: string }[] };
  return request.attachments ?? [];
}
