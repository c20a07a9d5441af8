import { ArrowLeft } from "lucide-react";
import { Link } from "wouter";
import { Id } from "../components/Id";

/** Under the title of one of a list: the way back to the list, and the id. */
export function Back({ href, label, id }: { href: string; label: string; id: string }) {
  return (
    <div className="-mt-4 flex flex-wrap items-center gap-3">
      <Link href={href} className="inline-flex items-center gap-1 text-accent">
        <ArrowLeft className="mirrored size-4" aria-hidden />
        {label}
      </Link>
      <Id id={id} />
    </div>
  );
}
