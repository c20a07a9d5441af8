import { Component, type ErrorInfo, type ReactNode } from "react";
import { type WithTranslation, withTranslation } from "react-i18next";
import { Button } from "@/components/button";

interface Props extends WithTranslation<"shell"> {
  children: ReactNode;
}

/** The last net: a part of the page that broke is replaced by words and a way out; what was written is kept. */
class Boundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    // biome-ignore lint/suspicious/noConsole: the only place where the cause can still be read
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    const { t, children } = this.props;
    if (!error) return children;
    return (
      <main role="alert" className="mx-auto flex max-w-lg flex-col items-start gap-3 p-8">
        <h1 className="text-lg font-semibold">{t("broken_title")}</h1>
        <p className="text-ink-soft">{t("broken_text")}</p>
        <pre className="max-w-full overflow-x-auto rounded-lg bg-code p-3 text-sm">{error.message}</pre>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t("reload")}
        </Button>
      </main>
    );
  }
}

export const ErrorBoundary = withTranslation("shell")(Boundary);
