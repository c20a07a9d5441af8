/** The clients that can be set up: the very table that `earthshine connect` reads. */
export { default as clientsTable } from "../../../src/earthshine/cli/connect/clients.json";
/** Which versions of them were run against this server; `make clients` writes it. */
export { default as clientsTried } from "../../../src/earthshine/cli/connect/tried.json";
