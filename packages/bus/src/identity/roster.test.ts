import { expect, test } from "vitest";
import { nodesOfRole, Roster } from "./roster.ts";

const url = "http://127.0.0.1:18101";
const other = "http://127.0.0.1:18102";
const complaints = (roster: object) => Roster.safeParse(roster).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

test.each([
  { what: "a name with its role", written: { "nano-2": { role: "nano", url } }, read: { "nano-2": { role: "nano", url } } },
  { what: "a name that is the role's too", written: { nano: { url } }, read: { nano: { role: "nano", url } } },
  { what: "a role with the node's name, as before", written: { main: { node: "main-2", url } }, read: { "main-2": { role: "main", url } } },
  { what: "a role with its own name, as before", written: { main: { node: "main", url } }, read: { main: { role: "main", url } } },
  { what: "no node", written: {}, read: {} },
])("an entry may be $what", ({ written, read }) => {
  expect(Roster.parse(written)).toEqual(read);
  expect(Roster.parse(read)).toEqual(read);
});

test("names may be exchanged between nodes", () => {
  expect(Roster.parse({ nano: { node: "sg", url }, sg: { node: "nano", url: other } })).toEqual({
    sg: { role: "nano", url },
    nano: { role: "sg", url: other },
  });
});

test("an entry has a role or a name beside its key, not both", () => {
  expect(complaints({ sg: { url }, main: { role: "main", node: "main-2", url: other } })).toEqual([
    "main: 'role' where the key is the node's name, or 'node' where the key is the role's, never both",
  ]);
});

test.each([
  {
    written: { "main-2": { role: "main", url }, main: { node: "main-2", url: other } },
    said: "main: one entry for each node; 'main-2' has two",
  },
  { written: { nano: { node: "a", url }, sg: { node: "a", url: other } }, said: "sg: one entry for each node; 'a' has two" },
  { written: { nano: { url }, sg: { node: "nano", url: other } }, said: "sg: one entry for each node; 'nano' has two" },
])("a node has one entry: $said", ({ written, said }) => {
  expect(complaints(written)).toEqual([said]);
});

test.each([
  { what: "a key that is no name", written: { "Nano 2": { url } }, at: "Nano 2" },
  { what: "a role that is no name", written: { "nano-2": { role: "NANO", url } }, at: "nano-2.role" },
  { what: "no URL", written: { nano: { role: "nano" } }, at: "nano.url" },
  { what: "a URL of another protocol", written: { nano: { url: "https://127.0.0.1" } }, at: "nano.url" },
  { what: "a key that is not known", written: { nano: { url, port: 1 } }, at: "nano" },
])("$what is an error", ({ written, at }) => {
  expect(complaints(written)).toEqual([expect.stringContaining(`${at}: `)]);
});

test("the nodes of a role come in the order of the file", () => {
  const roster = Roster.parse({ "nano-b": { role: "nano", url }, sg: { url }, "nano-a": { role: "nano", url }, nano: { url } });
  expect(nodesOfRole(roster, "nano")).toEqual(["nano-b", "nano-a", "nano"]);
  expect(nodesOfRole(roster, "sg")).toEqual(["sg"]);
  expect(nodesOfRole(roster, "nano-b")).toEqual([]);
});
