import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { queryClient } from "@/lib/query-client";

// All files share one process: what one test was told by its server would be known to the next.
afterEach(() => {
  cleanup();
  queryClient.clear();
});
