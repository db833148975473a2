/** Subject of one lie: a run, of main's or invented; without a run, all runs of the node, unless it only costs time. */
interface LieAbout {
  readonly run?: string;
  readonly invented?: boolean;
  readonly harmless?: boolean;
}

/** Record of what a node has lied about: nothing is promised of how those runs go on, and everything of all others. */
export interface Lies {
  add(lie: LieAbout): void;
  isAbout(run: string): boolean;
  /** Runs that the node speaks of and that main never had. */
  readonly invented: ReadonlySet<string>;
}

export function createLies(): Lies {
  const runs = new Set<string>();
  const invented = new Set<string>();
  let all = false;
  return {
    invented,
    add({ run, invented: isInvented = false, harmless = false }) {
      if (run === undefined) all ||= !harmless;
      else (isInvented ? invented : runs).add(run);
    },
    isAbout: (run) => all || runs.has(run) || invented.has(run),
  };
}
