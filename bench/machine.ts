import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { spreadOf, timed } from "./measure.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly load: number;
  /** Appends of 4 KiB with an fsync, per second, by the median of 200, one after another. */
  readonly fsyncsPerSecond: number;
}

/** Reads the machine on which figures are taken, without which an absolute figure says nothing. */
export async function readMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    fsyncsPerSecond: Math.round(1000 / (await fsyncMs())),
  };
}

async function fsyncMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const file = openSync(join(folder, "appended"), "w");
  try {
    const bytes = Buffer.alloc(4096, 1);
    const samples: number[] = [];
    for (let nth = 0; nth < 200; nth += 1)
      samples.push(
        await timed(() => {
          writeSync(file, bytes);
          fsyncSync(file);
        }),
      );
    return spreadOf(samples).median;
  } finally {
    closeSync(file);
    await rm(folder, { recursive: true });
  }
}
