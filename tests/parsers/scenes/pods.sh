# Makes pods as the kubelet makes them, and keeps what crictl says of them.
# pod NAMESPACE NAME UID ATTEMPT OPTIONS
pod() {
  host="\"hostname\": \"$2\","
  [ -z "$5" ] || host=
  cat >"$2.json" <<X
{"metadata": {"namespace": "$1", "name": "$2", "uid": "$3", "attempt": $4}, $host
  "log_directory": "/run/scene",
  "labels": {"io.kubernetes.pod.namespace": "$1", "io.kubernetes.pod.name": "$2",
    "io.kubernetes.pod.uid": "$3", "app": "$2"},
  "annotations": {"kubernetes.io/config.source": "api",
    "kubectl.kubernetes.io/last-applied-configuration": "{\"env\":{\"DB_PASSWORD\":\"hunter22\"}}"},
  "linux": {"security_context": {"namespace_options": {$5}}}}
X
  crictl runp "$2.json" 2>/dev/null
}

# container NAMESPACE POD ID NAME ATTEMPT COMMAND
container() {
  cat >container.json <<X
{"metadata": {"name": "$4", "attempt": $5}, "image": {"image": "localhost/web:1"}, "command": $6,
  "envs": [{"key": "DB_PASSWORD", "value": "hunter22"}, {"key": "PLAIN_SETTING", "value": "42"}],
  "labels": {"io.kubernetes.container.name": "$4", "io.kubernetes.pod.namespace": "$1",
    "io.kubernetes.pod.name": "$2"},
  "annotations": {"io.kubernetes.container.restartCount": "$5"}, "log_path": "$4.log", "linux": {}}
X
  crictl create "$3" container.json "$2.json" 2>/dev/null
}

sleeps='["sleep", "36000"]'
web=$(pod shop web-1 8586bf7c-e21a-11e6-9e5d-0025904aabd6 0 "")
crictl start "$(container shop web-1 "$web" nginx 0 '["sh", "-c", "exit 3"]')" >/dev/null
sleep 1
crictl start "$(container shop web-1 "$web" nginx 1 "$sleeps")" >/dev/null
container shop web-1 "$web" late 0 "$sleeps" >/dev/null
proxy=$(pod kube-system kube-proxy 0a3cbbb9-e21a-11e6-9e5d-0025904aabd6 0 '"network": 2')
crictl start "$(container kube-system kube-proxy "$proxy" kube-proxy 0 "$sleeps")" >/dev/null
old=$(pod shop db-0 5d1a1f06-e21a-11e6-9e5d-0025904aabd6 0 "")
crictl stopp "$old" >/dev/null
pod shop db-0 5d1a1f06-e21a-11e6-9e5d-0025904aabd6 1 "" >/dev/null
sleep 1
crictl --version
unset CONTAINER_RUNTIME_ENDPOINT IMAGE_SERVICE_ENDPOINT
for each in crictl-inspect crictl-ps crictl-pods netns; do
  sh $each.probe >out/$each
done
