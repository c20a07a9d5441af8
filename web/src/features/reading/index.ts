export { openReading } from "./open";
export { footnoted, partName, placeOf } from "./places/citation-place";
export { ReadingBeside } from "./ReadingBeside";
export { closeReading, type Passage, reading } from "./shown";
