#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that needs a GPU, in one go and within fifteen minutes on a machine with eight cores: builds, the parity of every
# verb, formula and model, trainers beside the host, sanitizers, speed beside PyTorch. The last lines are a table, which
# bench/GPU.md gets as well. BUILD names another folder than build/gpu; FOR another GPU than 90 (Hopper).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. cmake/packages.sh
command -v nvcc >/dev/null || export PATH=$PATH:/usr/local/cuda/bin
command -v nvcc >/dev/null || stop "there is no nvcc"
card=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -1)
[ -n "$card" ] || stop "there is no GPU"
build=${BUILD:-build/gpu} jobs=$(job_count)
mkdir -p "$(dirname "$build")"
configure "$build" -D CMAKE_BUILD_TYPE=Release -D ELBO_CUDA_ARCHITECTURES="${FOR:-90}-real" -D ELBO_PROVIDER=builtin -D ELBO_WITH_XTENSOR=OFF >"$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }

targets=$(cmake --build "$build" --target help | sed -n 's/^\(\.\.\. \)\{0,1\}\([a-zA-Z_0-9]*_CUDA\)\(:.*\)\{0,1\}$/\2/p' | sort -u)
hosts=$(for t in $targets; do case $t in device_*) t=${t#device_}; echo "example_${t%_CUDA}" ;; esac; done)
# shellcheck disable=SC2086
timeout 300 cmake --build "$build" --parallel "$jobs" --target $targets $hosts >"$build.make.log" 2>&1 || { tail -40 "$build.make.log"; exit 1; }

echo "== parity on CUDA, and trainers beside the host"
timeout 150 ctest --test-dir "$build" -L device -R CUDA --parallel 4 --output-on-failure 2>&1 | tail -40
parity=${PIPESTATUS[0]}

programs=$(dirname "$(find "$build" -name 'bench_train_step_CUDA' -type f | head -1)")
sanitized=""
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck initcheck; do
        echo "== compute-sanitizer --tool $tool"
        some=""
        [ $tool != racecheck ] || some="fc_vae conv_vae transformer_vae full_vae"  # all that share a block's memory; it is slow
        # shellcheck disable=SC2086
        timeout 90 compute-sanitizer --tool $tool --error-exitcode 9 "$programs/bench_train_step_CUDA" once $some 2>&1 | tail -5
        sanitized+="$tool: $([ "${PIPESTATUS[0]}" = 0 ] && echo clean || echo NOT CLEAN)  "
    done
fi

echo "== speed"
: >"$build.ours" && : >"$build.peers"
python=${PYTHON:-python3}
timeout 60 "$programs/bench_train_step_CUDA" >"$build.ours" || echo "train_step: $?"
"$python" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null && timeout 400 "$python" bench/peers/pytorch.py cuda >"$build.peers" 2>/dev/null || true
{
    echo "# Speed on a GPU"
    echo
    torch=$("$python" -c 'import torch; print("PyTorch", torch.__version__)' 2>/dev/null || echo "no PyTorch")
    echo "Printed by \`bench/gpu.sh\` on $(date -u +%F): $card, $(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/CUDA \1/p'), $torch."
    echo
    echo "Parity and trainers: $([ "$parity" = 0 ] && echo passed || echo FAILED). Sanitizers: ${sanitized:-not there}"
    echo
    echo "| model, batch | elbo, images/s | us a step | PyTorch eager | compiled | CUDA graph | ratio to the fastest |"
    echo "|---|---|---|---|---|---|---|"
    while read -r model batch _ speed images; do
        peer() { awk -v m="$model" -v b="$batch" -v w="$1" '$1 == m && $2 == b && $3 == w { print $4 }' "$build.peers" 2>/dev/null; }
        best=$(printf '%s\n' "$(peer eager)" "$(peer compiled)" "$(peer graph)" | sort -g | tail -1)
        echo "| $model, $batch | $speed | $(awk "BEGIN { printf \"%.1f\", 1e6 * $images / $speed }") | $(peer eager) | $(peer compiled) | $(peer graph) | $([ -n "$best" ] && awk "BEGIN { printf \"%.2f\", $speed / $best }") |"
    done <"$build.ours"
} | tee bench/GPU.md
[ "$parity" = 0 ] && ! grep -q "NOT CLEAN" bench/GPU.md
