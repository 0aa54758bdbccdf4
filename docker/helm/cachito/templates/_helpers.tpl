{{- define "cachito.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "cachito.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cachito.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "cachito.selector" . }}
{{- end -}}

{{- define "cachito.image" -}}
{{- $repository := required "image.repository: where the image was pushed, such as registry.example.com/cachito" .Values.image.repository -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- with .Values.image.digest -}}
{{- printf "%s:%s@%s" $repository $tag . -}}
{{- else -}}
{{- printf "%s:%s" $repository $tag -}}
{{- end -}}
{{- end -}}

{{/* The environment of every container, but for its role. */}}
{{- define "cachito.environment" -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "database.secretName: a Secret with the address of the PostgreSQL" .Values.database.secretName }}
      key: {{ .Values.database.secretKey }}
{{- with .Values.redis.secretName }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.redis.secretKey }}
{{- end }}
{{- range .Values.secretConfig }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secretName }}
      key: {{ .secretKey }}
{{- end }}
{{- end -}}

{{/* What the restricted profile of Pod Security asks for, and a root file system that cannot be written. */}}
{{- define "cachito.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "cachito.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "cachito.mounts" -}}
- name: data
  mountPath: /data
- name: shared
  mountPath: /shared
- name: tmp
  mountPath: /tmp
{{- if .Values.files.secretName }}
- name: files
  mountPath: /etc/cachito
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The volumes of a pod: the root context, and the values of its role. */}}
{{- define "cachito.volumes" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
- name: data
  emptyDir:
    sizeLimit: {{ $role.localStorage }}
- name: shared
  persistentVolumeClaim:
    claimName: {{ $root.Values.shared.existingClaim | default (printf "%s-shared" (include "cachito.name" $root)) }}
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 256Mi
{{- with $root.Values.files.secretName }}
- name: files
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- with $root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where pods go: as the values of the role say, and apart from each other where that can be done. */}}
{{- define "cachito.placement" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cachito.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ index . 2 }}
{{- with $role.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
