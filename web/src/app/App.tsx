import { QueryClientProvider } from "@tanstack/react-query";
import { Direction } from "radix-ui";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Router } from "wouter";
import { Toasts } from "@/components/overlays/toast";
import { Tooltips } from "@/components/overlays/tooltip";
import { Loading } from "@/components/states";
import { Shortcuts } from "@/features/palette";
import { Connection } from "@/features/shell";
import { BASE } from "@/lib/base";
import { queryClient } from "@/lib/query-client";
import { ErrorBoundary } from "./ErrorBoundary";
import { Routes } from "./Routes";

/** Everything on the page, inside what all of it needs. */
export function App() {
  const { i18n } = useTranslation();
  return (
    <QueryClientProvider client={queryClient}>
      <Router base={BASE}>
        <Direction.Provider dir={i18n.dir()}>
          <ErrorBoundary>
            <Suspense fallback={<Loading className="h-full" />}>
              <Routes />
            </Suspense>
          </ErrorBoundary>
          <Connection />
          <Shortcuts />
          <Toasts />
          <Tooltips />
        </Direction.Provider>
      </Router>
    </QueryClientProvider>
  );
}
