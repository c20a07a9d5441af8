import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { FormDialog } from "../components/FormDialog";
import { SecretForm, SecretValue } from "../components/SecretForm";
import { useProject, useProjectName } from "../frame/project";
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
  const close = () => setOpen(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <UserPlus className="size-4" aria-hidden />
        {t("invite")}
      </Button>
      {open ? (
        <SecretForm<Invite>
          form={(onMade) => <InviteForm onClose={close} onMade={onMade} />}
          told={(invite) => <InviteMade invite={invite} onClose={close} />}
          onClose={close}
        />
      ) : null}
    </>
  );
}

function InviteForm({ onClose, onMade }: { onClose: () => void; onMade: (invite: Invite) => void }) {
  const { t } = useTranslation("console");
  const project = useProject();
  const projectName = useProjectName();
  const { invite } = usePeopleChanges();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [projectRole, setProjectRole] = useState<Role>("member");

  function submit() {
    const projects = [{ id: project, role: projectRole }];
    invite.mutate({ email: email.trim(), role, projects }, { onSuccess: onMade });
  }

  return (
    <FormDialog
      title={t("invite")}
      size="small"
      action={t("invite_make")}
      change={invite}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}

function InviteMade({ invite, onClose }: { invite: Invite; onClose: () => void }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  return (
    <SecretValue
      title={t("invite_made")}
      text={t("invite_made_text", { email: invite.email, until: format.date(invite.expires_at * 1000) })}
      value={inviteLink(invite.token ?? "")}
      copy={t("invite_copy")}
      onClose={onClose}
    />
  );
}
