import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useChats } from "@/features/chats";
import { Section } from "../Section";
import { ShortList } from "./ShortList";

const PINNED = { archived: false, pinned: true } as const;

/** The chats that a person keeps at hand. Nothing where there are none. */
export function PinnedChats() {
  const { t } = useTranslation("sidebar");
  const { data, hasNextPage, fetchNextPage } = useChats(PINNED);
  const chats = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data]);
  if (chats.length === 0) return null;
  return (
    <Section name="pinned" title={t("pinned")}>
      <ShortList
        label={t("pinned")}
        chats={chats}
        more={hasNextPage ? () => void fetchNextPage() : undefined}
      />
    </Section>
  );
}
