import { UserPlus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import { useProject, useProjectName } from "../frame/project";
import { CopyButton } from "../parts/CopyButton";
import { usePeopleChanges } from "./changes";
import type { Invite, Role } from "./queries";
import { RoleSelect } from "./RoleSelect";

/** Where an invitation's link leads; the token is a fragment, so that it stays out of every log. */
export function inviteLink(token: string): string {
  return `${window.location.origin}/invite#${token}`;
}

/** The button that invites somebody, and its dialog. */
export function InvitePerson() {
  const { t } = useTranslation("console");
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<Invite | null>(null);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <UserPlus className="size-4" aria-hidden />
        {t("invite")}
      </Button>
      {open ? (
        <InviteForm
          onClose={() => setOpen(false)}
          onMade={(invite) => {
            setOpen(false);
            setMade(invite);
          }}
        />
      ) : null}
      {made?.token ? <InviteMade invite={made} token={made.token} onClose={() => setMade(null)} /> : null}
    </>
  );
}

function InviteForm({ onClose, onMade }: { onClose: () => void; onMade: (invite: Invite) => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const project = useProject();
  const projectName = useProjectName();
  const { invite } = usePeopleChanges();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [projectRole, setProjectRole] = useState<Role>("member");

  function submit(event: FormEvent) {
    event.preventDefault();
    const projects = [{ id: project, role: projectRole }];
    invite.mutate({ email: email.trim(), role, projects }, { onSuccess: onMade });
  }

  return (
    <Dialog
      title={t("invite")}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={invite.isPending}>
            {t("invite_make")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {invite.error ? <Failure error={invite.error} /> : null}
        <TextField
          label={t("email")}
          type="email"
          required
          dir="ltr"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RoleSelect label={t("invite_role")} value={role} onChange={setRole} />
        <RoleSelect
          label={t("invite_project_role", { project: projectName(project) })}
          value={projectRole}
          onChange={setProjectRole}
        />
      </form>
    </Dialog>
  );
}

function InviteMade({ invite, token, onClose }: { invite: Invite; token: string; onClose: () => void }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const link = inviteLink(token);
  return (
    <Dialog
      title={t("invite_made")}
      size="small"
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{t("invite_made_text", { email: invite.email, until: format.date(invite.expires_at * 1000) })}</p>
        <code className="block rounded-xl border border-line bg-code p-3 text-sm break-all">{link}</code>
        <div>
          <CopyButton text={link} label={t("invite_copy")} />
        </div>
      </div>
    </Dialog>
  );
}
