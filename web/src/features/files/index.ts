export { type ContainerFile, saveContainerFile, useContainerFile } from "./container-file";
export { DropHint } from "./DropHint";
export {
  beginReading,
  type DocumentMatch,
  type DocumentPart,
  type DocumentStatus,
  isBeingRead,
  readAgain,
  type Span,
  searchDocument,
  useDocument,
  usePart,
} from "./documents";
export { useDroppedFiles } from "./drop";
export { FileIcon } from "./FileIcon";
export { type FileUrl, useFileUrl, useObjectUrl } from "./file-url";
export { named } from "./names";
export { deleteFile, type StoredFile, showFile, useFile, useFiles, useRenameFile } from "./queries";
export { ReadingState } from "./ReadingState";
export { UploadList } from "./UploadList";
export { uploadFile, VISION } from "./upload-file";
export { type Upload, useUploads } from "./use-uploads";
