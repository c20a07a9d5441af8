import { useTranslation } from "react-i18next";
import { PageTabs } from "@/components/navigation/page-tabs";
import { NotFound, Page } from "@/features/shell";
import { Assistants } from "./assistants/Assistants";
import { Collections } from "./collections/Collections";
import { Connectors } from "./connectors/Connectors";
import { Files } from "./files/Files";
import { Memories } from "./Memories";
import { Prompts } from "./prompts/Prompts";
import { Spaces } from "./Spaces";

const KINDS = {
  files: Files,
  collections: Collections,
  assistants: Assistants,
  prompts: Prompts,
  spaces: Spaces,
  memories: Memories,
  connectors: Connectors,
} as const;

type Kind = keyof typeof KINDS;

/** What a person keeps beside chats, one kind to an address. */
export default function Library({ kind }: { kind: string }) {
  const { t } = useTranslation("library");
  if (!Object.hasOwn(KINDS, kind)) return <NotFound />;
  const Shown = KINDS[kind as Kind];
  return (
    <Page title={t("library")}>
      <PageTabs
        label={t("library")}
        tabs={(Object.keys(KINDS) as Kind[]).map((each) => ({
          href: `/library/${each}`,
          label: t(each),
          current: each === kind,
        }))}
      />
      <Shown />
    </Page>
  );
}
