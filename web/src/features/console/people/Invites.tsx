import { MailPlus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Badge, type Tone } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { When } from "../components/When";
import { RoleName } from "../keys/KeyTable";
import { usePeopleChanges } from "./changes";
import { InvitePerson } from "./InvitePerson";
import { type Invite, useInvites } from "./queries";

const TONES: Record<Invite["status"], Tone> = { pending: "accent", accepted: "good", expired: "neutral" };

/** Those who were invited. */
export function Invites() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = useAccess();
  const invites = useInvites();
  const { withdraw } = usePeopleChanges();
  const change = can("organization.manage");
  return (
    <div className="flex flex-col gap-4">
      {change ? (
        <div>
          <InvitePerson />
        </div>
      ) : null}
      <Loaded query={invites}>
        {(list) => (
          <DataTable
            caption={t("people_invites")}
            rows={list}
            rowKey={(invite) => invite.id}
            empty={
              <EmptyWithExample
                icon={<MailPlus />}
                title={t("invites_empty")}
                text={t("invites_empty_text")}
              />
            }
            columns={[
              {
                id: "email",
                label: t("email"),
                cell: (invite) => <bdi className="font-medium">{invite.email}</bdi>,
              },
              {
                id: "status",
                label: t("status"),
                cell: (invite) => <Badge tone={TONES[invite.status]}>{t(`invite_${invite.status}`)}</Badge>,
              },
              {
                id: "role",
                label: t("role"),
                cell: (invite) => <RoleName role={invite.organization_role} />,
              },
              { id: "created", label: t("created"), cell: (invite) => <When seconds={invite.created_at} /> },
              { id: "expires", label: t("expires"), cell: (invite) => format.date(invite.expires_at * 1000) },
              ...(change
                ? [
                    {
                      id: "actions",
                      label: t("actions"),
                      actions: true,
                      cell: (invite: Invite) => (
                        <IconButton
                          label={t("invite_withdraw", { email: invite.email })}
                          onClick={() =>
                            withdraw.mutate(invite.id, {
                              onError: (error) => toast(errorText(error), { kind: "error" }),
                            })
                          }
                        >
                          <Trash2 />
                        </IconButton>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Loaded>
    </div>
  );
}
