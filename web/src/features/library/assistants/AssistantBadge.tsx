import { BidiLine } from "@/components/bidi-text";
import { cx } from "@/lib/class-names";
import { useAssistant } from "../queries";

/** Whom a chat is with: an assistant's picture and name. Nothing until they are known. */
export function AssistantBadge({ id, className }: { id: string; className?: string }) {
  const { data: assistant } = useAssistant(id);
  if (!assistant) return null;
  return (
    <span
      className={cx(
        "inline-flex max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-2.5 py-0.5 text-sm text-accent",
        className,
      )}
    >
      {assistant.icon ? <span aria-hidden>{assistant.icon}</span> : null}
      <span dir="auto" className="truncate">
        <BidiLine text={assistant.name} />
      </span>
    </span>
  );
}
