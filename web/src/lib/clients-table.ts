/** The clients that can be set up: the very table that `earthshine connect` reads. */
export { default as clientsTable } from "../../../src/earthshine/cli/connect/clients.json";
