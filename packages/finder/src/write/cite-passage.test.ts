import { expect, test } from "vitest";
import { citePassage } from "./cite-passage.ts";

test("Every sentence is cited, on one line, and keeps the marks around it", () => {
  expect(citePassage("A lease lasts\n30 seconds. **It is renewed.** Mr. Smith\nsays so.", "C1")).toBe(
    "A lease lasts 30 seconds. [C1] **It is renewed.** [C1] Mr. Smith says so. [C1]",
  );
});

test("Lists stay lists; tables and code are shown where a colon announces them, or where there is nothing else", () => {
  expect(citePassage("Two parts of it:\n\n1. the bus of all\n2. the store of all", "C1")).toBe(
    "Two parts of it: [C1]\n\n1. the bus of all [C1]\n2. the store of all [C1]",
  );
  expect(citePassage("Run this command:\n\n```sh\npnpm test  # all\n```", "C1")).toBe("Run this command: [C1]\n\n    pnpm test # all [C1]");
  expect(citePassage("A sentence about it.\n\n```sh\npnpm test\n```", "C1")).toBe("A sentence about it. [C1]");
  expect(citePassage("| part | time |\n|---|---|\n| lease | 30 s |", "C1")).toBe("- part | time [C1]\n- lease | 30 s [C1]");
});

test("A step keeps its number", () => {
  expect(citePassage("7) Close the valve of the tank.\n8) Open the hatch of the tank.", "C1")).toBe(
    "7. Close the valve of the tank. [C1]\n8. Open the hatch of the tank. [C1]",
  );
});

test("No step is left out, however short it is and whatever stands out in it", () => {
  expect(
    citePassage(
      "1. Open the lid.\n2. Press **Scan**.\n3. Press `Go`\n4. *Wait*. The lamp turns green.\n5. Limits:\n   1. Two pages.",
      "C1",
    ),
  ).toBe(
    "1. Open the lid. [C1]\n2. Press **Scan**. [C1]\n3. Press `Go` [C1]\n4. *Wait*. [C1] The lamp turns green. [C1]\n5. Limits: [C1]\n1. Two pages. [C1]",
  );
});

test("A number within a paragraph is part of its sentence, and not that of an item", () => {
  expect(citePassage("Leases end with the task. 30. of the leases end early.", "C1")).toBe(
    "Leases end with the task. [C1] 30. of the leases end early. [C1]",
  );
  expect(citePassage("Yes. 30. of the leases end early.", "C1")).toBe("[…] 30. of the leases end early. [C1]");
});

test("A sentence that is half of years and amounts is one", () => {
  const text = "The town lost people. It lost 30,000 to 50,000 in 1620-21, 1654-57, 1665, 1691, 1740-42. It grew.";
  expect(citePassage(text, "C1")?.replaceAll(" [C1]", "")).toBe(text);
});

test("No item is left out, however short it is", () => {
  expect(citePassage("An applicant brings:\n\n- a passport\n- two photographs\n- the form, in three copies", "C1")).toBe(
    "An applicant brings: [C1]\n\n- a passport [C1]\n- two photographs [C1]\n- the form, in three copies [C1]",
  );
});

test("What is left out of a list is marked, be it an item or the beginning of one", () => {
  expect(citePassage("- Close the valve of the tank.\n- It is said [C2].\n- So says [C3]. Open the hatch of the tank.", "C1")).toBe(
    "- Close the valve of the tank. [C1]\n[…]\n- […] Open the hatch of the tank. [C1]",
  );
});

test("Badges say nothing, and a link says its text", () => {
  expect(
    citePassage("[![a build](https://a.b/c.svg)](https://a.b/c)\n[![style of it](d)](e)\n\nSee [the whole guide](guide.md).", "C1"),
  ).toBe("See [the whole guide](guide.md). [C1]");
});

test("Nothing is made of a question, of bare marks, or of a text that cites items itself", () => {
  expect(citePassage("How long does a lease last?", "C1")).toBeUndefined();
  expect(citePassage("--- *** ---", "C1")).toBeUndefined();
  expect(citePassage("A lease lasts long [C2].", "C1")).toBeUndefined();
});
