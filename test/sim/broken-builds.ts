/** A build that is broken on purpose. */
export interface BrokenBuild {
  readonly name: string;
  readonly changes: readonly {
    /** From the repository's root. */
    readonly file: string;
    /** Stands there exactly once. */
    readonly find: string;
    readonly put: string;
  }[];
}

export const brokenBuilds: readonly BrokenBuild[] = [];
