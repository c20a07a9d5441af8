import type { ReactNode } from "react";
import { hostOf, safeLink } from "./safe-url";

interface Props {
  address: string;
  /** What the link says, as plain text. */
  says: string;
  children: ReactNode;
}

/** A link that somebody else wrote: it says where it leads when its text does not. */
export function Link({ address, says, children }: Props) {
  const url = safeLink(address);
  if (!url) return <bdi title={address.slice(0, 500)}>{children}</bdi>;
  const host = hostOf(url);
  const tellsHost = says.toLowerCase().includes(host.replace(/^www\./, "").toLowerCase());
  return (
    <bdi>
      <a
        href={url.href}
        title={url.href.slice(0, 500)}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="text-accent underline decoration-1 underline-offset-2 hover:text-accent-hover hover:decoration-2"
      >
        {children}
      </a>
      {tellsHost ? null : (
        <span dir="ltr" className="ms-1 text-xs text-ink-faint">
          ({host})
        </span>
      )}
    </bdi>
  );
}
