import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Loaded } from "../components/Loaded";
import { Page } from "../components/Page";
import { DeviceCard } from "./DeviceCard";
import { EngineBuilds } from "./EngineBuilds";
import { Processor } from "./Processor";
import { useDevices } from "./queries";

/** What models compute on here, what of its memory is whose, and the builds of the engine that use it. */
export default function Devices() {
  const { t } = useTranslation("console");
  const devices = useDevices();
  return (
    <Page title={t("nav_devices")} text={t("devices_text")}>
      <Loaded query={devices}>
        {({ data, faults }) => (
          <>
            <Faults faults={faults} />
            <ul aria-label={t("nav_devices")} className="flex flex-col gap-3">
              <Processor />
              {data.map((device) => (
                <DeviceCard key={device.id} device={device} />
              ))}
            </ul>
            {data.length === 0 ? <p className="text-ink-soft">{t("devices_none")}</p> : null}
          </>
        )}
      </Loaded>
      <EngineBuilds />
    </Page>
  );
}

/** Why devices that may be there are not known; in the server's words, which are English. */
function Faults({ faults }: { faults: readonly string[] }) {
  const { t } = useTranslation("console");
  if (faults.length === 0) return null;
  return (
    <div role="alert" className="flex items-start gap-2 rounded-xl bg-warn-soft px-4 py-2.5 text-warn">
      <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">
        <p>{t("devices_faults")}</p>
        <ul lang="en" dir="ltr" className="text-start text-sm break-words rtl:text-end">
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
