{{/* SPDX-License-Identifier: LGPL-2.1-or-later */}}
{{- define "lxfs.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: lxfs
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "lxfs.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Namespaces that no pod is ever looked at in. */}}
{{- define "lxfs.excluded" -}}
{{ append .Values.injector.excludeNamespaces .Release.Namespace | join ", " }}
{{- end }}
