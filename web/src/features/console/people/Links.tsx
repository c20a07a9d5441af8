import { Globe, Link2Off } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Select } from "@/components/field";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Id } from "../components/Id";
import { Loaded } from "../components/Loaded";
import { Section } from "../components/Page";
import { useFilters } from "../components/url-state";
import { When } from "../components/When";
import { useProject, useProjectName, useProjects } from "../frame/project";
import { type PublicLink, useCloseLink, usePublicLinks } from "./public-links";
import { useMembers, usePeopleNames, useUsers } from "./queries";

/** Names break between words, and not because the chat's title is long. */
const NAME = "inline-block min-w-28 wrap-break-word";

const DEFAULTS = { user: "", project: "" };

/** What anybody can read: the links to chats of the organisation, or of the project for those who see no more. */
export function Links() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = useAccess();
  const here = useProject();
  const projects = useProjects();
  const projectName = useProjectName();
  const [{ user, project }, change] = useFilters(DEFAULTS);
  const whole = can("organization.read");
  const manages = can("organization.manage");
  const within = whole ? (manages && project) || null : here;
  const links = usePublicLinks(within, user);
  const people = usePeople(whole, here);
  const close = useCloseLink();
  const [closing, setClosing] = useState<PublicLink | null>(null);
  const title = ({ title: named }: PublicLink) => named || t("links_untitled");
  const mayClose = (link: PublicLink) => manages || (link.project_id === here && can("project.manage"));
  return (
    <Section
      title={within ? t("links_of", { project: projectName(within) }) : t("links_all")}
      text={t("links_text")}
    >
      <search aria-label={t("log_filters")} className="grid grid-cols-2 gap-3 sm:flex sm:[&>*]:w-52">
        <Select label={t("person")} value={user} onChange={(event) => change({ user: event.target.value })}>
          <option value="">{t("all")}</option>
          {people.list.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name || each.email}
            </option>
          ))}
        </Select>
        {manages ? (
          <Select
            label={t("project")}
            value={project}
            onChange={(event) => change({ project: event.target.value })}
          >
            <option value="">{t("all")}</option>
            {projects.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        ) : null}
      </search>
      <Loaded query={links}>
        {({ pages }) => (
          <DataTable
            caption={t("people_links")}
            rows={pages.flatMap((page) => page.data)}
            rowKey={(link) => link.id}
            empty={
              <EmptyWithExample icon={<Globe />} title={t("links_empty")} text={t("links_empty_text")} />
            }
            columns={[
              {
                id: "title",
                label: t("links_chat"),
                cell: (link) => (
                  <bdi className="line-clamp-2 font-medium break-words" title={title(link)}>
                    {title(link)}
                  </bdi>
                ),
              },
              {
                id: "who",
                label: t("links_who"),
                cell: (link) => <span className={NAME}>{people.shown(link.user_id)}</span>,
              },
              ...(within
                ? []
                : [
                    {
                      id: "project",
                      label: t("project"),
                      cell: (link: PublicLink) => <bdi className={NAME}>{projectName(link.project_id)}</bdi>,
                    },
                  ]),
              { id: "created", label: t("created"), cell: (link) => <When seconds={link.created_at} /> },
              {
                id: "expires",
                label: t("expires"),
                cell: ({ expires_at: at }) =>
                  at === null ? (
                    t("never")
                  ) : (
                    <time className="whitespace-nowrap" title={format.dateTime(at * 1000)}>
                      {format.date(at * 1000)}
                    </time>
                  ),
              },
              {
                id: "state",
                label: t("status"),
                cell: (link) => (
                  <Badge tone={link.state === "open" ? "warn" : "neutral"}>{t(`link_${link.state}`)}</Badge>
                ),
              },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (link) =>
                  mayClose(link) ? (
                    <IconButton
                      label={t("links_close", { title: title(link) })}
                      onClick={() => setClosing(link)}
                    >
                      <Link2Off />
                    </IconButton>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
      {links.hasNextPage ? (
        <Button
          className="self-center"
          busy={links.isFetchingNextPage}
          onClick={() => void links.fetchNextPage()}
        >
          {t("load_more")}
        </Button>
      ) : null}
      {closing ? (
        <Confirm
          title={t("links_close", { title: title(closing) })}
          text={t("links_close_text")}
          action={t("links_close_action")}
          busy={close.isPending}
          onClose={() => setClosing(null)}
          onConfirm={() =>
            close.mutate(
              { link: closing, organization: manages },
              {
                onSuccess: () => toast(t("links_closed")),
                onError: (error) => toast(errorText(error), { kind: "error" }),
                onSettled: () => setClosing(null),
              },
            )
          }
        />
      ) : null}
    </Section>
  );
}

/** The people whose links can be asked for, and what is shown of somebody's id: who was removed has no name. */
function usePeople(whole: boolean, project: string) {
  const { t } = useTranslation("console");
  const users = useUsers(whole);
  const members = useMembers(project, !whole);
  const named = usePeopleNames();
  const list = (whole ? users.data : members.data) ?? [];
  const shown = (id: string | null) => {
    if (id === null) return t("links_of_keys");
    const member = list.find((each) => each.id === id);
    const name = member?.name || member?.email || named(id);
    return name === id ? <Id id={id} /> : <bdi>{name}</bdi>;
  };
  return { list, shown };
}
