import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";

interface TitleProps {
  title: string;
  editing: boolean;
  setEditing: (on: boolean) => void;
  onRename: (title: string) => void;
}

/** The title of a chat; pressed, it can be changed in its place. */
export function Title({ title, editing, setEditing, onRename }: TitleProps) {
  const { t } = useTranslation("chat");
  if (editing) return <TitleField title={title} onClose={() => setEditing(false)} onRename={onRename} />;
  return (
    <h1 className="flex min-w-0">
      <button
        type="button"
        // A title that is cut is cut at its own end, which in another script is the other one.
        dir="auto"
        title={t("rename")}
        onClick={() => setEditing(true)}
        className="min-h-7 min-w-0 truncate rounded-lg px-2 font-medium hover:bg-hover sm:min-h-9"
      >
        <BidiLine text={title || t("untitled")} />
      </button>
    </h1>
  );
}

function TitleField({
  title,
  onClose,
  onRename,
}: Pick<TitleProps, "title" | "onRename"> & { onClose: () => void }) {
  const { t } = useTranslation("chat");
  const [text, setText] = useState(title);
  function done() {
    const written = text.trim();
    if (written && written !== title) onRename(written);
    onClose();
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
      autoFocus
      dir="auto"
      aria-label={t("rename")}
      maxLength={200}
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") done();
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
      className="min-h-9 min-w-0 flex-1 rounded-lg border border-line-strong bg-surface px-2 font-medium"
    />
  );
}
