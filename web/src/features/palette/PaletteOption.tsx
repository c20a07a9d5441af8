import { ChevronRight, type LucideIcon, MessageSquare, TextQuote } from "lucide-react";
import { BidiLine } from "@/components/bidi-text";
import { Snippet } from "@/features/search";
import { ALIGNED, cx } from "@/lib/class-names";
import { keysText } from "@/lib/commands";
import type { PaletteItem } from "./use-palette-items";

const ICONS: Record<PaletteItem["kind"], LucideIcon> = {
  command: ChevronRight,
  chat: MessageSquare,
  match: TextQuote,
};

interface Props {
  id: string;
  item: PaletteItem;
  active: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

/** One line of the palette. The focus stays in the field; the line is only marked. */
export function PaletteOption({ id, item, active, onPoint, onChoose }: Props) {
  const Icon = ICONS[item.kind];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and its keys choose
    // biome-ignore lint/a11y/useFocusableInteractive: the field points to it by aria-activedescendant
    <div
      id={id}
      role="option"
      aria-selected={active}
      onPointerMove={active ? undefined : onPoint}
      onClick={onChoose}
      className={cx(
        "flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-3 py-1.5 coarse:min-h-11",
        active && "bg-hover",
      )}
    >
      <Icon
        className={cx(
          "size-4 shrink-0 text-ink-faint",
          item.kind === "command" && "mirrored",
          item.further && "invisible",
        )}
        aria-hidden
      />
      <span className="flex min-w-0 flex-1 flex-col">
        <span dir="auto" className={item.further ? "sr-only" : cx("truncate", ALIGNED)}>
          <BidiLine text={item.label} />
        </span>
        {item.snippet ? <Snippet snippet={item.snippet} highlights={item.highlights ?? []} /> : null}
      </span>
      {item.detail ? <span className="shrink-0 text-xs text-ink-faint">{item.detail}</span> : null}
      {item.keys ? (
        <kbd className="shrink-0 text-xs text-ink-faint coarse:hidden">{keysText(item.keys)}</kbd>
      ) : null}
    </div>
  );
}
