import type { NodeView } from "@tasuki/relay";
import { toAge } from "./duration.ts";
import type { Style } from "./style.ts";
import { toTable } from "./table.ts";

/** Main's peers: where they are, whether main reaches them, what they run. */
export function toNodeList(nodes: readonly NodeView[], { now, style }: { now: number; style: Style }): string[] {
  return toTable(
    nodes,
    [
      { title: "ROLE", cell: ({ role }) => role },
      {
        title: "STATE",
        cell: ({ reachable }) => (reachable ? "connected" : "unreachable"),
        paint: (text, { reachable }) => (reachable ? style.good : style.bad)(text),
      },
      { title: "URL", cell: ({ url }) => url },
      { title: "EXECUTOR", cell: ({ health }) => health?.executor ?? "" },
      { title: "STORE", cell: ({ health }) => health?.store.state ?? "" },
      { title: "VERSION", cell: ({ health }) => health?.version ?? "" },
      { title: "LAST HEALTH", cell: ({ seenAt }) => (seenAt === undefined ? "never" : `${toAge(now - seenAt)} ago`) },
    ],
    style.dim,
  );
}
