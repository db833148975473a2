import { type Boot, currentBoot, never } from "./boot.ts";

/** One operation on files, as a boot's code waits for it: it takes the time that the machine gives it, and a boot may die at it. */
export async function fileWork<Result>(act: (boot: Boot) => Result): Promise<Result> {
  const boot = theBoot();
  const fate = boot.mishaps.onFile();
  if (typeof fate === "number" && fate > 0) await new Promise<void>((resolve) => boot.time.after(fate, () => boot.whenRunning(resolve)));
  if (!boot.isAlive()) return never();
  if (fate === "killed-before") {
    boot.kill();
    return never();
  }
  try {
    return act(boot);
  } finally {
    if (fate === "killed-after") boot.kill();
  }
}

export function theBoot(): Boot {
  const boot = currentBoot();
  if (boot === undefined) throw new Error("files are simulated for nodes only: no boot is running");
  return boot;
}
