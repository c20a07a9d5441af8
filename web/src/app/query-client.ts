import { QueryClient } from "@tanstack/react-query";
import { asApiError } from "@/lib/errors";

/** What the server said is kept here; a request is made again only where that can help. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => asApiError(error).temporary && failures < 4,
      retryDelay: (attempt) => Math.min(4000, 250 * 2 ** attempt),
    },
    mutations: { retry: false },
  },
});
