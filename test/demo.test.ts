import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { finish, freePortBase, repository, tasuki } from "./local-relay.ts";

/** A file that the demo names, where it was made. The relay may have roles after jp, whose text is printed then. */
async function madeFile(printed: string, name: string): Promise<string> {
  const path = new RegExp(`${name.replace(".", "\\.")} +(\\S+)$`, "m").exec(printed)?.[1];
  return readFile(path ?? "", "utf8");
}

test("the demo closes a run over real documents and prints the cited text, the files, and what each stage took", async () => {
  const data = await mkdtemp(join(tmpdir(), "tasuki-demo-"));
  try {
    const { code, stdout, stderr } = await tasuki("demo", "--data", data, "--port-base", String(await freePortBase()));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^- contract: \S+@\d+$/m);
    expect(await madeFile(stderr, "jp-final.txt")).toMatch(/\[C\d+\][^]*^- contract: jp-final@2$/m);
    for (const name of ["candidate-list.md", "de-raw-output.txt", "sg-review.md", "jp-final.txt"]) expect(stdout + stderr).toContain(name);
    for (const stage of ["nano", "sg", "jp"]) expect(stdout + stderr).toMatch(new RegExp(`${stage}.*\\d+(\\.\\d+)? ?m?s`));
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

test("the demo answers the user's own brief from the user's own files", async () => {
  const data = await mkdtemp(join(tmpdir(), "tasuki-demo-"));
  try {
    const brief = "What does the word epoch mean?";
    const { code, stderr } = await tasuki(
      "demo",
      "--brief",
      brief,
      join(repository, "docs/glossary.md"),
      "--data",
      data,
      "--port-base",
      String(await freePortBase()),
    );
    expect(code, stderr).toBe(0);
    expect(await madeFile(stderr, "jp-final.txt")).toMatch(/raised only by main.*\[C\d+\]/);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

test("a demo without a data folder leaves none behind, and tells no path that is gone", async () => {
  const temporary = await mkdtemp(join(tmpdir(), "tasuki-demo-"));
  try {
    const { code, stdout, stderr } = await finish(
      join(repository, "node_modules/.bin/tasuki"),
      ["demo", "--port-base", String(await freePortBase())],
      { env: { TMPDIR: temporary } },
    );
    expect(code, stderr).toBe(0);
    expect((await readdir(temporary)).filter((name) => name.startsWith("tasuki-demo"))).toEqual([]);
    expect(stdout + stderr).not.toContain(temporary);
    expect(stderr).toMatch(/jp-final\.txt.*of jp$[^]*--keep$[^]*--data /m);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});
