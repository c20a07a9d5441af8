/** What the first-run wizard shows of the console's: the models of this machine. */
export { consoleCatalogue } from "./catalogue";
export { ConnectDialog } from "./deployments/connect/ConnectDialog";
export { kindsOf } from "./devices/names";
export { useDevices } from "./devices/queries";
export { aboutKey } from "./models/CatalogList";
export { DownloadLine } from "./models/Downloads";
export {
  type CatalogEntry,
  useCatalog,
  useDownloads,
  useInstalledModels,
  useMachine,
  useModelChanges,
} from "./models/queries";
