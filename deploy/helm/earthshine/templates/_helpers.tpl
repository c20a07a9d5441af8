{{- define "earthshine.name" -}}
{{- printf "%s-earthshine" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "earthshine.selector" -}}
app.kubernetes.io/name: earthshine
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "earthshine.labels" -}}
{{ include "earthshine.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "earthshine.secret" -}}
{{- .Values.existingSecret | default (include "earthshine.name" .) -}}
{{- end -}}

{{- define "earthshine.shared" -}}
{{- if or .Values.databaseUrl .Values.existingSecret -}}yes{{- end -}}
{{- end -}}
