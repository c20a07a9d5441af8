import { Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { ALIGNED, cx } from "@/lib/class-names";
import { errorText } from "@/lib/errors/texts";
import { type Kind, useDeleteItem } from "./queries";

interface Props {
  kind: Kind;
  id: string;
  name: string;
  icon?: ReactNode;
  /** A line under the name. */
  text?: string;
  /** Somebody else's can be used, and not changed. */
  mine?: boolean;
  shared?: boolean;
  onEdit: () => void;
  /** What else can be done with it. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** One thing of the library: what it is, and its buttons. */
export function Card({ kind, id, name, icon, text, mine = true, shared, onEdit, actions, children }: Props) {
  const { t } = useTranslation("library");
  const [asking, setAsking] = useState(false);
  const { mutate, isPending } = useDeleteItem(kind);
  const remove = () =>
    mutate(id, {
      onSuccess: () => {
        setAsking(false);
        toast(t("deleted", { name }));
      },
      onError: (error) => toast(errorText(error), { kind: "error" }),
    });
  return (
    <article className="flex flex-wrap items-start gap-x-3 gap-y-2">
      {icon}
      <div className="min-w-0 flex-1 basis-48">
        <h2 className="flex flex-wrap items-center gap-x-2 font-medium">
          <span dir="auto">{name}</span>
          {shared ? <Shared mine={mine} /> : null}
        </h2>
        {text ? (
          <p dir="auto" className={cx("line-clamp-2 text-ink-soft", ALIGNED)}>
            {text}
          </p>
        ) : null}
        {children}
      </div>
      <div className="ms-auto flex shrink-0 items-center gap-1">
        {actions}
        {mine ? (
          <>
            <IconButton label={t("edit", { name })} onClick={onEdit}>
              <Pencil />
            </IconButton>
            <IconButton label={t("delete", { name })} onClick={() => setAsking(true)}>
              <Trash2 />
            </IconButton>
          </>
        ) : null}
      </div>
      {asking ? (
        <Confirm
          title={t("delete_title", { name })}
          text={t(`delete_${kind}`)}
          action={t("delete_action")}
          busy={isPending}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </article>
  );
}

/** Says that others can read a thing, or that one can read it because somebody else shares it. */
export function Shared({ mine, owner }: { mine: boolean; owner?: string }) {
  const { t } = useTranslation("library");
  return (
    <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-normal text-accent">
      {mine ? t("shared_by_you") : owner ? t("shared_by", { name: owner }) : t("shared_with_you")}
    </span>
  );
}

/** The emoji of a thing, or the first letter of its name. */
export function Icon({ icon, name }: { icon: string; name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-10 shrink-0 place-items-center rounded-xl bg-sunken text-xl leading-none text-ink-soft"
    >
      {icon || [...name][0]?.toUpperCase()}
    </span>
  );
}
