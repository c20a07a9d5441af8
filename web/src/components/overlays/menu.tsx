import { ChevronRight } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "@/lib/class-names";

/** A menu that opens from a button. Not modal, so that nothing of it needs styles that the page's policy forbids. */
export function Menu({
  trigger,
  children,
  align = "end",
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[min(28rem,var(--radix-dropdown-menu-content-available-height))] max-w-[calc(100vw-1rem)] min-w-48 overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-raised"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-start outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

interface ItemProps {
  children: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
}

export function MenuItem({ children, onSelect, danger, disabled }: ItemProps) {
  return (
    <DropdownMenu.Item onSelect={onSelect} disabled={disabled} className={cx(ITEM, danger && "text-bad")}>
      {children}
    </DropdownMenu.Item>
  );
}

/** An item that opens further items beside it. */
export function MenuMore({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className={cx(ITEM, "data-[state=open]:bg-hover")}>
        {label}
        <ChevronRight className="mirrored ms-auto" aria-hidden />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-40 rounded-xl border border-line bg-raised p-1 shadow-raised"
        >
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

/** An item that is on or off. With `stays`, several can be chosen before the menu closes. */
export function MenuCheck({
  children,
  checked,
  onChange,
  stays = false,
}: {
  children: ReactNode;
  checked: boolean;
  onChange: (on: boolean) => void;
  stays?: boolean;
}) {
  return (
    <DropdownMenu.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      onSelect={stays ? (event) => event.preventDefault() : undefined}
      className={ITEM}
    >
      <span className="w-4">
        <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
      </span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-2.5 py-1 text-xs font-medium text-ink-faint">
      {children}
    </DropdownMenu.Label>
  );
}

/** Does something once the menu it was chosen from has closed and given the focus back to its button. */
export function afterMenu(run: () => void): void {
  setTimeout(run, 20);
}
