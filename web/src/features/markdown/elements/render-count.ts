/** Counts rendered blocks, so that a test can say how many a growing text costs. */
let rendered = 0;

export function countRender(): void {
  rendered++;
}

export function renderedBlocks(): number {
  return rendered;
}
