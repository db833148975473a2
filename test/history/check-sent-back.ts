import type { Violation } from "./history.ts";
import type { ReadHistory } from "./read-history.ts";

/** A file of a later stage comes with main's task only after main has signed `verified` over those very bytes: it holds them, and has checked them. */
export function checkSentBack({ feeds, route }: ReadHistory): readonly Violation[] {
  const receipts = feeds.flatMap(({ role, read }) => read.flatMap(({ own }) => (own?.says.stage === role ? [own] : [])));
  const producers = new Map(
    receipts
      .filter(({ says }) => says.state === "produced")
      .flatMap(({ says, statement }) => statement.subject.map(({ name }) => [name, route.indexOf(says.stage)] as const)),
  );
  const isLater = (name: string, to: string): boolean => (producers.get(name) ?? -1) > route.indexOf(to) && route.includes(to);
  return feeds
    .filter(({ role }) => role === "main")
    .flatMap(({ read }) => {
      const verified = new Set<string>();
      return read.flatMap(({ own, tasks, index }) => {
        if (own?.says.state === "verified")
          for (const { name, digest } of own.statement.subject) verified.add(`${own.says.run} ${name} ${digest.sha256}`);
        return tasks.flatMap(({ payload }): Violation[] => {
          if (payload?.kind !== "work" || payload.from !== "main") return [];
          return payload.attachments
            .filter(({ name, sha256 }) => isLater(name, payload.to) && !verified.has(`${payload.run} ${name} ${sha256}`))
            .map(({ name }) => ({
              guarantee: "R4.sent-back",
              what: `main entry ${index}: ${payload.to} gets ${name} of run ${payload.run} back, which main has not verified before`,
            }));
        });
      });
    });
}
