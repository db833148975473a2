import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyRole, anyRun, defineArtifact, defineRole, optional } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { writePrompt } from "./write-prompt.ts";

async function promptOf(role: AnyRole): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-prompt-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return writePrompt({ folder, role, run: "01933a52-7c00-7000-8000-000000000001" });
}

test("of a relay whose contracts complete nothing, a prompt says only what is true of every relay", async () => {
  const letter = defineArtifact({
    name: "letter",
    version: 1,
    file: "letter.txt",
    mediaType: "text/plain",
    maxBytes: 1000,
    schema: z.string(),
    read: (value) => ({ ok: true, value }),
    write: (text) => text,
  });
  const prompt = await promptOf(
    defineRole({ name: "writer", port: 18101, consumes: [anyRun], produces: [optional(letter)], check: () => [] }),
  );
  expect(prompt).toContain("letter, may be left out, at most 1000 bytes, UTF-8.\n\nWrite it as its contract says.");
  expect(prompt).toContain("What a contract's completion fills in may be left out: each output below says what.");
  expect(prompt).not.toMatch(/front matter|digest|range|source|quot|verbatim/i);
});

test("the prompts of the shipped relay say what is filled in, and how to quote", async () => {
  const [nano = "", sg = "", jp = ""] = (await Promise.all(relay.roles.map(promptOf))).map((text) => text.replaceAll(/\s+/g, " "));
  expect(nano).toContain("Leave out the front matter, the digests and the tables of sources and questions");
  expect(nano).toContain("Leave out the header, and of each passage the byte and line ranges, the page and the digest");
  expect(nano).toContain("verbatim, character by character, line breaks included, and long enough to occur once in its source");
  expect(sg).toContain("Leave out the front matter and its digests");
  expect(jp).toContain("Leave out the header, the references with their digests, and the acceptance");
  expect(jp).toContain("must stand so in a passage of a cited item, character by character");
});
