import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { finish, repository, startLocalRelay } from "./local-relay.ts";

test("the README's curl walk-through uploads, starts a run, polls it to closed and prints the final text", async () => {
  const readme = await readFile(join(repository, "README.md"), "utf8");
  const script = /<!-- walkthrough -->\n+```bash\n(?<script>[\s\S]*?)```/.exec(readme)?.groups?.["script"];
  if (script === undefined) throw new Error("README.md has no block marked <!-- walkthrough -->");
  await using relay = await startLocalRelay();
  const cwd = dirname(relay.data);
  await cp(join(repository, "docs/glossary.md"), join(cwd, "docs/glossary.md"));
  const { code, stdout, stderr } = await finish("bash", ["-euo", "pipefail", "-c", script], {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^- contract: jp-final@2$/m);
  expect(stdout).toMatch(/signed statement.*\[C\d+\]/);
});
