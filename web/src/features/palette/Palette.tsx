import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModal } from "@/components/overlays/modal";
import { Failure } from "@/components/states";
import { PaletteOption } from "./PaletteOption";
import { usePaletteItems } from "./use-palette-items";

interface Props {
  mode: "all" | "search";
  onClose: () => void;
}

/** One field that finds everything: commands, chats by title, and what was said in them. */
export default function Palette({ mode, onClose }: Props) {
  const { t } = useTranslation("palette");
  const [typed, setTyped] = useState("");
  const { sections, items, error, busy, retry } = usePaletteItems(typed, mode);
  const [active, setActive] = useState(0);
  const dialog = useModal();
  const id = useId();
  const at = Math.min(active, items.length - 1);

  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);

  function choose(index: number) {
    const item = items[index];
    if (!item) return;
    onClose();
    // After the dialog has given the focus back: what is chosen may take it.
    setTimeout(item.run, 0);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const last = items.length - 1;
    if (event.key === "ArrowDown") setActive(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") setActive(at <= 0 ? last : at - 1);
    else if (event.key === "PageDown") setActive(Math.min(last, at + 8));
    else if (event.key === "PageUp") setActive(Math.max(0, at - 8));
    else if (event.key === "Enter") choose(at);
    else return;
    event.preventDefault();
  }

  const title = mode === "search" ? t("search") : t("open");
  const searched = typed.trim() !== "" && !busy;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog element by itself
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      className="mx-auto mt-[max(1rem,12dvh)] max-h-[76dvh] w-[calc(100vw-1.5rem)] max-w-2xl overflow-hidden rounded-2xl border border-line bg-raised p-0 shadow-raised"
    >
      <div className="flex max-h-[76dvh] flex-col">
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search className="size-5 shrink-0 text-ink-faint" aria-hidden />
          <input
            autoFocus
            role="combobox"
            aria-expanded={items.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
            aria-autocomplete="list"
            aria-label={title}
            dir="auto"
            type="text"
            enterKeyHint="go"
            autoComplete="off"
            spellCheck={false}
            maxLength={400}
            value={typed}
            placeholder={mode === "search" ? t("search_hint") : t("open_hint")}
            onChange={(event) => {
              setTyped(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
            className="min-h-14 min-w-0 flex-1 bg-transparent text-start outline-none"
          />
          <kbd className="text-xs text-ink-faint coarse:hidden">Esc</kbd>
        </div>
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={title}
          aria-busy={busy}
          className="min-h-0 flex-1 overflow-y-auto p-2"
        >
          {sections.map((section) => (
            // biome-ignore lint/a11y/useSemanticElements: a listbox holds groups of options, and no fieldset
            <div key={section.name} role="group" aria-label={section.name} className="pb-2">
              <div role="presentation" className="px-3 py-1 text-xs font-medium text-ink-faint">
                {section.name}
              </div>
              {section.items.map((item) => (
                <PaletteOption
                  key={item.id}
                  id={`${id}-${item.index}`}
                  item={item}
                  active={item.index === at}
                  onPoint={() => setActive(item.index)}
                  onChoose={() => choose(item.index)}
                />
              ))}
            </div>
          ))}
        </div>
        {error ? <Failure error={error} retry={retry} className="m-2" /> : null}
        <p role="status" className={items.length === 0 ? "px-6 pb-6 text-ink-soft" : "sr-only"}>
          {items.length > 0
            ? t("found", { count: items.length })
            : searched && !error
              ? t("nothing", { typed: typed.trim() })
              : busy
                ? t("searching")
                : t("type_something")}
        </p>
      </div>
    </dialog>
  );
}
