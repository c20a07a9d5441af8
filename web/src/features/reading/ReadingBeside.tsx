import { Suspense } from "react";
import { Beside } from "./open";
import { reading } from "./shown";

/** What is open to be read beside the page; its code comes with the first file that is opened. */
export function ReadingBeside() {
  const shown = reading.use();
  if (!shown) return null;
  return (
    <Suspense>
      <Beside shown={shown} />
    </Suspense>
  );
}
