#!/bin/sh
# Proves the engine `webgpu` on this machine's GPU and measures it beside the CPU, in under eight minutes. Needs nothing
# but a driver. Results go to gpu.json, here or in the folder that the first argument names; a table is shown. The exit
# status is not 0 if a known answer is missed or nothing can be measured.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
export LD_LIBRARY_PATH="$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# In containers the manifest of NVIDIA's driver is not always where the Vulkan loader looks for it.
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] &&
  ! ls /etc/vulkan/icd.d/nvidia* /usr/share/vulkan/icd.d/nvidia* >/dev/null 2>&1; then
  mounted=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
  if [ -f "$mounted" ]; then
    export VK_DRIVER_FILES="$mounted"
  elif ldconfig -p 2>/dev/null | grep -q libGLX_nvidia.so.0; then
    VK_DRIVER_FILES=$(mktemp --suffix=.json)
    export VK_DRIVER_FILES
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "libGLX_nvidia.so.0", "api_version": "1.3.0"}}\n' \
      >"$VK_DRIVER_FILES"
  fi
fi

# Eight measurements of at most 40 s each, and what is done once.
# shellcheck disable=SC2086 # the numbers of subjects are words
exec timeout 470 "$here/painwave-gpu" "$here/cnn-gru.bpk" "$here/sample.csv" "${SECONDS_EACH:-40}" \
  ${SUBJECTS:-1324 100000} >"$out/gpu.json"
