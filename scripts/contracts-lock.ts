// `pnpm contracts:lock [--accept NAME@VERSION]`: writes down what is released. It refuses a released contract that became another one.
import { parseArgs } from "node:util";
import { checkLock, explain } from "./lock/check-lock.ts";
import { readContracts, readLock, readReleasedSchema, writeLock } from "./lock/contracts-lock.ts";

const { values } = parseArgs({ options: { accept: { type: "string", multiple: true, default: [] } } });
const lock = await readLock();
const contracts = await readContracts();
const schemas = new Map(await Promise.all(Object.keys(lock).map(async (ref) => [ref, await readReleasedSchema(ref)] as const)));
const findings = checkLock({ lock, schemas }, contracts);
const refused = findings.filter(({ ref, isCompatible }) => !isCompatible && !values.accept.includes(ref));
if (refused.length > 0) {
  console.error(refused.map(explain).join("\n\n"));
  process.exitCode = 1;
} else {
  await writeLock(contracts);
  const added = [...contracts.keys()].filter((ref) => !(ref in lock));
  for (const { ref, changes } of findings) console.log(`${ref}: ${changes.join("; ")}`);
  for (const ref of added) console.log(`${ref}: released from now on`);
  console.log(`packages/contracts/contracts.lock.json has ${contracts.size} contracts`);
}
