import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { eventually, roles, startLocalRelay, tasuki } from "./local-relay.ts";

const files = 200;
const bytesPerFile = 250_000;

/** A document of seeded words in sections; the same on every machine. */
function documentOf(seed: number): string {
  let state = (seed + 1) * 2_654_435_761;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state;
  };
  const word = (): string => {
    const syllables = ["ka", "re", "mi", "to", "sun", "lo", "ver", "ti", "na", "gor", "pe", "shi"];
    return Array.from({ length: 1 + (next() % 4) }, () => syllables[next() % syllables.length]).join("");
  };
  const lines = [`# Document ${seed}`, "", `The access code of hangar ${seed} is zebra${seed * 7919}.`, ""];
  for (let size = 0; size < bytesPerFile;) {
    const sentence = `${Array.from({ length: 12 }, word).join(" ")}.`;
    const heading = next() % 40 === 0 ? `\n## ${word()} ${word()}\n` : "";
    lines.push(heading + sentence.charAt(0).toUpperCase() + sentence.slice(1));
    size += sentence.length + heading.length + 1;
  }
  return lines.join("\n");
}

/** The most memory that a process ever held, MiB. Source: proc(5), VmHWM. */
async function peakMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test("a run of 200 source files and 50 MB closes, and each node stays under 300 MiB", { timeout: 300_000 }, async () => {
  await using relay = await startLocalRelay();
  const folder = join(dirname(relay.data), "sources");
  await mkdir(folder);
  for (let n = 1; n <= files; n += 1) await writeFile(join(folder, `document-${n}.md`), documentOf(n));
  const started = await tasuki("run", "What is the access code of hangar 137?", folder, "--data", relay.data, "--json");
  expect(started.stderr).not.toMatch(/error/i);
  const { run } = JSON.parse(started.stdout) as { run: string };
  await eventually(async () => {
    const { state, block } = ((await relay.curl("main", `/status?run=${run}`)).body as { run: { state: string; block?: unknown } }).run;
    if (block) throw new Error(JSON.stringify(block));
    return state === "closed" || undefined;
  });
  const peaks = Object.fromEntries(
    await Promise.all(roles.map(async (role) => [role, Math.round(await peakMiB(await relay.pid(role)))] as const)),
  );
  console.log(`peak memory of the nodes, MiB: ${JSON.stringify(peaks)}`);
  for (const role of roles) expect(peaks[role], role).toBeLessThan(300);
  const final = await tasuki("artifacts", run, "jp-final.txt", "--data", relay.data);
  expect(final.stdout).toContain(`zebra${137 * 7919}`);
});
