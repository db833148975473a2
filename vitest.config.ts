import { statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Searches for the worst input of each contract and ranking: many seconds of a core, and only what is searched can change what they find.
const searches = ["packages/*/src/steps.test.ts"];

/**
 * Environment of unit tests: their temporary folders are in memory where there is room. What they ask of a disk is what it holds, not that it is still
 * there after a loss of power, and much of the processor time of some went into `fsync`. Whole-system tests are on the disk.
 */
function inMemory(folder = "/dev/shm"): Record<string, string> {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 2 ** 30 ? { TMPDIR: folder } : {};
  } catch {
    return {};
  }
}

// A fact is waited for as long as a busy machine may take; vitest's second is for an idle one.
const patient = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    projects: [
      // Nothing here has effects at import or globals, so files share their imports: a third less processor time than a fresh start for each.
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: searches,
          isolate: false,
          // By itself vitest leaves a core free, and of two that is one. Most of these wait for disks and sockets, so one more is busy too.
          maxWorkers: availableParallelism() + 1,
          // Some start a process or two; on a busy machine that takes longer than the 5 s that are vitest's default.
          testTimeout: 90_000,
          expect: patient,
          unstubEnvs: true,
          env: inMemory(),
        },
      },
      { test: { name: "searches", include: searches, testTimeout: 120_000 } },
      // Whole-system tests start real processes: a few at a time, with time to do so.
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: patient,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
