#!/usr/bin/env bash
# Compares the log check with ripgrep (64 literals, counting lines) on one generated HttpProxy log, in one run.
# usage: benches/peers/log_check.sh [MEGABYTES]   needs: rg (Debian: ripgrep), GNU time
set -euo pipefail
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/release
megabytes=${1:-1000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cargo build --release --locked -q -p tuermer-check
cargo bench --locked -q -p tuermer-check --bench log_check -- write "$scratch/HttpProxy_2023010600-1.LOG" "$megabytes"

# What the check looks for, spelt out: 64 literals.
{
    echo 'ServerInfo~'
    printf '%s\n' /autodiscover/autodiscover.json?@ /owa/mastermailbox /ecp/proxyLogon.ecp /ecp/DDI/DDIService.svc/SetObject ResetOABVirtualDirectory \
        /aspnet_client/ Email=autodiscover /mapi/nspi/?
    for name in 8Lw7tAhF9i1pJnRo OutlookZH authhead bob current/one1 errorPage errorPages fatal-erro log logg logout one one1 shel shel2 shel90 a default \
        shell Server web ohyeah supp0rt discover HttpProxy OutlookEN iispage iisstop errorcheck session s xx; do
        echo "/owa/auth/$name.aspx"
    done
    printf '%s\n' 103.77.192.219 104.140.114.110 104.250.191.110 108.61.246.56 149.28.14.163 157.230.221.198 167.99.168.251 185.250.151.72 192.81.208.169 \
        203.160.69.66 211.56.98.146 5.254.43.18 80.92.205.81
    for number in 1 2 3 4 5 6 7 8 9 10 11; do echo "/owa/auth/shell$number.aspx"; done
} | sort -u | head -64 >"$scratch/literals"
echo "$(wc -l <"$scratch/literals") literals, $megabytes MB, $(nproc) cores (one used by each), load $(cut -d' ' -f1 /proc/loadavg)"

seconds() { # best of five, in seconds of wall clock, on one core
    local best=999999 start end
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$@" >/dev/null || true
        end=$(date +%s%N)
        ((end - start < best * 1000000)) && best=$(((end - start) / 1000000))
    done
    echo "$best"
}
cat "$scratch"/HttpProxy* >/dev/null
rg_ms=$(seconds taskset -c 0 rg -j1 --no-mmap -c -F -f "$scratch/literals" "$scratch/HttpProxy_2023010600-1.LOG")
our_ms=$(seconds taskset -c 0 "$built"/tuermer-check exchange --json --logs "$scratch/HttpProxy_2023010600-1.LOG")
awk -v mb="$megabytes" -v rg="$rg_ms" -v our="$our_ms" 'BEGIN {
    printf "rg -c -F -f     %6d ms  %.2f GB/s\ntuermer-check   %6d ms  %.2f GB/s\nours takes %.2f times as long\n", rg, mb / rg, our, mb / our, our / rg }'
if [ -x /usr/bin/time ]; then
    /usr/bin/time -f 'memory of tuermer-check: %M kB' "$built"/tuermer-check exchange --json --logs "$scratch/HttpProxy_2023010600-1.LOG" >/dev/null || true
fi
