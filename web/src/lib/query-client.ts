import { QueryClient } from "@tanstack/react-query";
import { asApiError } from "@/lib/errors/api-error";

/** What the server said is kept here; a request is made again only where that can help. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => {
        const { away, temporary } = asApiError(error);
        // A page that waits for its server comes back by itself; one that gave up would have to be reloaded.
        return away || (temporary && failures < 4);
      },
      retryDelay: (attempt, error) =>
        Math.max(Math.min(3000, 250 * 2 ** attempt), 1000 * (asApiError(error).retryAfter ?? 0)),
    },
    mutations: { retry: false },
  },
});
