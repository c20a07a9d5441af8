import { Popover as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/lib/class-names";

type RootProps = Pick<ComponentProps<typeof Radix.Root>, "open" | "onOpenChange">;
type ContentProps = Pick<ComponentProps<typeof Radix.Content>, "align" | "onOpenAutoFocus">;

interface PopoverProps extends RootProps, ContentProps {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  className?: string;
}

/** A small panel that opens from a button; higher than the room, it scrolls. */
export function Popover({
  trigger,
  label,
  children,
  className = "w-80 p-4",
  open,
  onOpenChange,
  ...content
}: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          sideOffset={6}
          collisionPadding={8}
          {...content}
          className={cx(
            // Not the room that is left: what loads later grows, and then goes to the other side.
            "z-50 max-h-[min(30rem,calc(100dvh-5rem))] max-w-[calc(100vw-1rem)] overflow-y-auto rounded-xl border border-line bg-raised shadow-raised",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
