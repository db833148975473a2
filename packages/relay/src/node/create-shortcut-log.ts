import type { Logger, Shortcut } from "@tasuki/contracts";

interface ShortcutLogDeps {
  /** Files in `inbox/` and `artifacts/` that nobody handed over, or whose bytes were changed. */
  readonly look: () => Promise<readonly Shortcut[]>;
  readonly logger: Logger;
}

/** Looks for what was put in by hand, and says of each file in the log, once while it lies there, that it has no effect and which command has. */
export function createShortcutLog({ look, logger }: ShortcutLogDeps): () => Promise<readonly Shortcut[]> {
  let said = new Set<string>();
  return async () => {
    const found = await look();
    for (const { path, why, instead } of found)
      if (!said.has(path)) logger.warn({ path, why, instead }, "a file was put in by hand; it has no effect: use the command instead");
    said = new Set(found.map(({ path }) => path));
    return found;
  };
}
