import { ArrowLeft, LogIn, LogOut, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { useMe } from "@/features/session";
import { type Connector, placeOf } from "@/features/tools";
import { ALIGNED, cx } from "@/lib/class-names";
import { errorText } from "@/lib/errors/texts";
import { type ConnectorTool, useConnectorTools, useDeleteConnector, useSignIn, useSignOut } from "./queries";
import { TryTool } from "./TryTool";

const ALL = "/library/connectors";
const onError = (thrown: unknown) => toast(errorText(thrown), { kind: "error" });

/** One server: signing in to it, and the tools that it has now. */
export function ConnectorView({ connector, onEdit }: { connector: Connector; onEdit: () => void }) {
  const { t } = useTranslation("library");
  const [, go] = useLocation();
  const [removing, setRemoving] = useState(false);
  const [tried, setTried] = useState<ConnectorTool | null>(null);
  const tools = useConnectorTools(connector.id);
  const remove = useDeleteConnector();
  const mayChange = useMe().permissions.includes("project.manage") || !connector.shared;
  const { id, name } = connector;
  return (
    <section aria-labelledby="connector-name" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link
          href={ALL}
          aria-label={t("all_connectors")}
          className="-ms-2 grid size-9 place-items-center rounded-lg hover:bg-hover"
        >
          <ArrowLeft className="mirrored size-5" aria-hidden />
        </Link>
        <div className="min-w-0 flex-1 basis-48">
          <h2 id="connector-name" className="text-lg font-semibold">
            <bdi>{name}</bdi>
          </h2>
          <p className="text-sm wrap-anywhere text-ink-faint">
            <bdi dir="ltr">{placeOf(connector)}</bdi>
          </p>
        </div>
        <SignInOrOut connector={connector} />
        {mayChange ? (
          <>
            <IconButton label={t("edit", { name })} onClick={onEdit}>
              <Pencil />
            </IconButton>
            <IconButton label={t("delete", { name })} onClick={() => setRemoving(true)}>
              <Trash2 />
            </IconButton>
          </>
        ) : null}
      </div>
      {tools.isPending ? <Loading label={t("connector_asked")} /> : null}
      {tools.error ? <Failure error={tools.error} retry={() => void tools.refetch()} /> : null}
      {tools.data?.length === 0 ? <p className="text-ink-soft">{t("connector_no_tools")}</p> : null}
      {tools.data && tools.data.length > 0 ? (
        <ul aria-label={t("connector_tools")} className="flex flex-col gap-2">
          {tools.data.map((tool) => (
            <li key={tool.name} className="rounded-2xl border border-line bg-surface p-4">
              <ToolRow tool={tool} onTry={() => setTried(tool)} />
            </li>
          ))}
        </ul>
      ) : null}
      {tried ? <TryTool connector={connector} tool={tried} onClose={() => setTried(null)} /> : null}
      {removing ? (
        <Confirm
          title={t("delete_title", { name })}
          text={t("delete_connector")}
          action={t("delete_action")}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(id, {
              onSuccess: () => {
                toast(t("deleted", { name }));
                go(ALL);
              },
              onError,
            })
          }
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </section>
  );
}

/** Servers that are reached by an address may want the person to sign in; programs never do. */
function SignInOrOut({ connector }: { connector: Connector }) {
  const { t } = useTranslation("library");
  const signIn = useSignIn(connector.id);
  const signOut = useSignOut(connector.id);
  if (connector.signed_in)
    return (
      <Button busy={signOut.isPending} onClick={() => signOut.mutate(undefined, { onError })}>
        <LogOut className="mirrored size-4" aria-hidden />
        {t("connector_sign_out")}
      </Button>
    );
  if (!connector.url || connector.header_names.length > 0) return null;
  return (
    <Button busy={signIn.isPending} onClick={() => signIn.mutate(undefined, { onError })}>
      <LogIn className="mirrored size-4" aria-hidden />
      {t("connector_sign_in")}
    </Button>
  );
}

function ToolRow({ tool, onTry }: { tool: ConnectorTool; onTry: () => void }) {
  const { t } = useTranslation("library");
  const asks = tool.requires_approval ? "tool_asks" : "tool_free";
  return (
    <article className="flex flex-wrap items-start gap-3">
      <div className="min-w-0 flex-1 basis-60">
        <h3 className="flex flex-wrap items-center gap-x-2 font-medium">
          <bdi className="font-mono text-sm wrap-anywhere">{tool.name}</bdi>
          <span className="rounded-full bg-sunken px-2 py-0.5 text-xs font-normal text-ink-soft">
            {t(tool.allowed ? asks : "tool_not_allowed")}
          </span>
        </h3>
        <p dir="auto" className={cx("line-clamp-4 text-sm whitespace-pre-line text-ink-soft", ALIGNED)}>
          {tool.description}
        </p>
      </div>
      {tool.allowed ? (
        <Button size="small" onClick={onTry} aria-label={t("tool_try_named", { name: tool.name })}>
          {t("tool_try")}
        </Button>
      ) : null}
    </article>
  );
}
