import { stat } from "node:fs/promises";
import { join } from "node:path";

/** The demo's brief, about documents that nobody here wrote. They do not answer its last question. */
export const demoBrief = `What does multer do with files when the options object is omitted?
When can messages be lost with asynchronous logging?
What does commander do with unknown options by default?
What is the Express philosophy?
Who won the Hakone Ekiden in 2024?`;

// The documents are of installed dependencies, below the package that depends on them.
const documents = [
  "packages/bus/node_modules/multer/README.md",
  "packages/bus/node_modules/express/Readme.md",
  "packages/bus/node_modules/eventsource/README.md",
  "packages/node/node_modules/pino/README.md",
  "packages/node/node_modules/pino/docs/asynchronous.md",
  "packages/node/node_modules/pino/docs/redaction.md",
  "packages/node/node_modules/pino/docs/transports.md",
  "packages/contracts/node_modules/zod/README.md",
  "packages/operator/node_modules/commander/Readme.md",
];

/** The paths of the demo's documents that are installed in a repository. */
export async function findDemoDocuments(repository: string): Promise<string[]> {
  const paths = documents.map((path) => join(repository, path));
  const found = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        (file) => file.isFile(),
        () => false,
      ),
    ),
  );
  return paths.filter((_path, at) => found[at]);
}
