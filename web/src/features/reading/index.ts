export { footnoted, partName, placeOf } from "./citation-place";
export { openReading } from "./open";
export { ReadingBeside } from "./ReadingBeside";
export { closeReading, type Passage, reading } from "./shown";
