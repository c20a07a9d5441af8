import { Suspense, use } from "react";
import { Loading } from "@/components/states";
import { consoleCatalogue } from "@/features/console";
import { addCatalogue } from "@/lib/i18n";
import { setupCatalogue } from "./catalogue";
import { progress } from "./progress";
import { BeforePeople } from "./wizard/BeforePeople";
import { Frame } from "./wizard/Frame";
import { KeyStep } from "./wizard/KeyStep";
import { LanguageStep } from "./wizard/LanguageStep";
import { ModelStep } from "./wizard/ModelStep";
import { PersonStep } from "./wizard/PersonStep";

const catalogues = Promise.all([addCatalogue(setupCatalogue), addCatalogue(consoleCatalogue)]);

/** The first run: language, key, administrator, model, and then the first chat. */
export default function Setup() {
  use(catalogues);
  const { step } = progress.use();
  return (
    <Frame step={step}>
      <Suspense fallback={<Loading />}>
        {step === "model" ? (
          <ModelStep />
        ) : (
          <BeforePeople>
            {step === "language" ? <LanguageStep /> : null}
            {step === "key" ? <KeyStep /> : null}
            {step === "person" ? <PersonStep /> : null}
          </BeforePeople>
        )}
      </Suspense>
    </Frame>
  );
}
