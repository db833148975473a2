import { readFile, writeFile } from "node:fs/promises";
import type { Logger } from "@tasuki/protocol";

const filter = "/proc/self/coredump_filter";
const limits = "/proc/self/limits";

/**
 * Keeps this process's memory, in which its private keys are, out of its core dumps, and with it that of all that it starts: a core names the
 * threads and their registers alone then. Source: core(5), "Controlling which mappings are written to the core dump". Says so in the log where
 * the system has no such filter, and its limit lets a crash leave a core.
 */
export async function keepMemoryFromCores(logger: Pick<Logger, "warn">): Promise<void> {
  try {
    await writeFile(filter, "0x0");
  } catch (error) {
    const lets = await readFile(limits, "utf8").catch(() => "");
    // Other systems than Linux have no such file, and mostly no cores either: their limit is 0.
    if (/^Max core file size +0 /m.test(lets) || (lets === "" && process.platform !== "linux")) return;
    logger.warn(
      { err: error },
      "a crash may leave a core dump with this node's private keys: memory can't be kept out of it here; start the node with ulimit -c 0",
    );
  }
}
