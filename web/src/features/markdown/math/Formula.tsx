import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { loadOnDemand } from "../load-on-demand";

/** With its font, as browsers do not stretch an arrow again that was drawn in another one. */
const drawing = loadOnDemand(async () => {
  const font = document.fonts?.load('16px "Earthshine Math"').catch(() => []);
  const [part] = await Promise.all([import("./tex-tree"), font]);
  return part;
});

/**
 * A formula as MathML, which browsers draw and screen readers read. Its source until the part that draws is loaded,
 * and where it is wrong, with the reason as its title.
 */
export function Formula({ source, display }: { source: string; display: boolean }) {
  const { t } = useTranslation("markdown");
  const part = drawing.use();
  const drawn = useMemo(() => part?.formulaTree(source, display), [part, source, display]);
  const Box = display ? "span" : "bdi";
  return (
    <Box
      dir="ltr"
      className={cx(
        "max-w-full",
        display
          ? "block overflow-x-auto overflow-y-hidden py-2 text-center"
          : // Not a block: that would stand on its lower edge instead of on the line.
            "inline-flex overflow-x-auto overflow-y-hidden",
      )}
    >
      {!drawn ? (
        <code>{source}</code>
      ) : "node" in drawn ? (
        drawn.node
      ) : (
        <code
          className="rounded bg-bad-soft px-1 whitespace-pre-wrap text-bad"
          title={t("formula_wrong", { reason: drawn.reason ?? t("formula_too_long") })}
        >
          {source}
        </code>
      )}
    </Box>
  );
}
