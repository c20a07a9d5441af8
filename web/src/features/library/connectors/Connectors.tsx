import { Plug } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearch } from "wouter";
import { type Connector, placeOf, useConnectors } from "@/features/tools";
import { Icon, Shared } from "../Card";
import { ItemList } from "../ItemList";
import { ConnectorEditor } from "./ConnectorEditor";
import { ConnectorView } from "./ConnectorView";

/** Servers whose tools can be switched on; the address names the one that is open. */
export function Connectors() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useConnectors();
  const [, go] = useLocation();
  // Who comes back from signing in has it in the address.
  const open = new URLSearchParams(useSearch()).get("connector");
  const [edited, setEdited] = useState<Connector | "new" | null>(null);
  const shown = open ? data?.find((each) => each.id === open) : undefined;
  return (
    <>
      {shown ? (
        <ConnectorView key={shown.id} connector={shown} onEdit={() => setEdited(shown)} />
      ) : (
        <ItemList
          about={t("connectors_about")}
          add={t("new_connector")}
          onAdd={() => setEdited("new")}
          things={data}
          error={error}
          retry={() => void refetch()}
          empty={{ icon: <Plug />, title: t("no_connectors"), text: t("no_connectors_text") }}
        >
          {(each) => <Row connector={each} />}
        </ItemList>
      )}
      {edited ? (
        <ConnectorEditor
          connector={edited === "new" ? null : edited}
          onSaved={(id) => {
            setEdited(null);
            go(`/library/connectors?connector=${id}`);
          }}
          onClose={() => setEdited(null)}
        />
      ) : null}
    </>
  );
}

function Row({ connector }: { connector: Connector }) {
  const { t } = useTranslation("library");
  const { id, name, shared, signed_in } = connector;
  return (
    <article className="flex items-center gap-3">
      <Icon icon="" name={name} />
      <div className="min-w-0 flex-1">
        <h2 className="flex flex-wrap items-center gap-x-2 font-medium">
          <Link href={`/library/connectors?connector=${id}`} className="hover:underline">
            <bdi>{name}</bdi>
          </Link>
          {shared ? <Shared mine={false} owner={t("the_project")} /> : null}
        </h2>
        <p className="text-sm wrap-anywhere text-ink-faint">
          <bdi dir="ltr">{placeOf(connector)}</bdi>
        </p>
      </div>
      {signed_in ? <span className="text-sm text-ink-soft">{t("connector_signed_in")}</span> : null}
    </article>
  );
}
