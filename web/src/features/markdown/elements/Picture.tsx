import { ImageIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { hostOf, isInlinePicture, safeLink } from "./safe-url";

/** A picture that stands in the text itself, or a link to one elsewhere: nothing is fetched from other places. */
export function Picture({ address, alt }: { address: string; alt: string }) {
  const { t } = useTranslation("markdown");
  if (isInlinePicture(address)) {
    return <img src={address} alt={alt} className="my-2 max-h-[32rem] max-w-full rounded-lg" />;
  }
  const url = safeLink(address);
  const label = alt || t("picture");
  const box = "inline-flex max-w-full items-center gap-1.5 rounded-lg border border-line px-2 py-1 text-sm";
  if (!url || url.protocol === "mailto:") {
    return (
      <span className={box}>
        <ImageIcon className="size-4 shrink-0" aria-hidden />
        <bdi>{label}</bdi>
      </span>
    );
  }
  return (
    <a
      href={url.href}
      title={url.href.slice(0, 500)}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className={`${box} text-accent hover:bg-hover`}
    >
      <ImageIcon className="size-4 shrink-0" aria-hidden />
      <bdi>{label}</bdi>
      <span dir="ltr" className="text-xs text-ink-faint">
        ({hostOf(url)})
      </span>
    </a>
  );
}
