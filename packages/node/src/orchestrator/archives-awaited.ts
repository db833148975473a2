import type { FlowState } from "@tasuki/flow";
import type { Roster } from "@tasuki/bus";
import { nodeOf } from "./placement.ts";

/** Nodes whose `archived` is awaited by runs that are closing. */
export interface ArchivesAwaited {
  /** Takes in a run as it is now. */
  see(state: FlowState): void;
  /** Resolves when a node is awaited, at once where it is; on the signal too. */
  untilAwaited(node: string, signal: AbortSignal): Promise<void>;
}

export function createArchivesAwaited(roster: Roster): ArchivesAwaited {
  const byRun = new Map<string, readonly (string | undefined)[]>();
  const waiting = new Set<() => void>();
  const isAwaited = (node: string): boolean => [...byRun.values()].some((nodes) => nodes.includes(node));
  return {
    see(state) {
      const { id, route, archived, refusals = {}, without = [] } = state;
      // A node that refuses has answered: a person is asked.
      const awaited =
        state.state === "closing"
          ? route.filter((role) => !archived.includes(role) && refusals[role] === undefined && !without.some((one) => one.role === role))
          : [];
      if (awaited.length === 0) return void byRun.delete(id);
      byRun.set(
        id,
        awaited.map((role) => nodeOf(state, role, roster)),
      );
      for (const look of waiting) look();
    },
    untilAwaited: (node, signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!signal.aborted && !isAwaited(node)) return;
          waiting.delete(look);
          signal.removeEventListener("abort", look);
          resolve();
        };
        waiting.add(look);
        signal.addEventListener("abort", look, { once: true });
        look();
      }),
  };
}
