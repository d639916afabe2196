#!/usr/bin/env bash
# Compares taking a Shadowserver report with IntelMQ (parser and taxonomy only, see signs_intelmq.py) on the same file in one run.
# usage: benches/peers/signs.sh [LINES]   needs: python3 with venv, network for PyPI
set -euo pipefail
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/release
lines=${1:-1000000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -x "$built"/tuermer ] || cargo build --release --locked -q -p tuermer
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q intelmq

# 25,000 members with four addresses each of the block for benchmarks (RFC 2544); one line in a hundred concerns one of them.
awk 'BEGIN { print "external_id,name"; for (n = 0; n < 25000; n++) printf "M%d,Firma %d GmbH\n", n, n }' >"$scratch/members.csv"
awk 'BEGIN { print "external_id,kind,value"; for (n = 0; n < 25000; n++) printf "M%d,network,198.%d.%d.%d/30\n", n, 18 + int(n / 16384), int(n / 64) % 256, n % 64 * 4 }' >"$scratch/networks.csv"
report="$scratch/2026-01-02-scan_exchange-bench.csv"
awk -v lines="$lines" 'BEGIN {
    print "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\",\"city\",\"naics\",\"hostname_source\",\"sector\",\"version\",\"servername\",\"url\""
    for (n = 0; n < lines; n++) {
        member = int(n / 100) % 25000
        ip = n % 100 ? sprintf("100.%d.%d.%d", 64 + int(n / 65536) % 64, int(n / 256) % 256, n % 256) : sprintf("198.%d.%d.%d", 18 + int(member / 16384), int(member / 64) % 256, member % 64 * 4 + 1)
        printf "\"2026-01-02 %02d:%02d:%02d\",\"critical\",\"%s\",\"tcp\",443,\"host%d.example.net\",\"exchange;cve-2021-26855\",64496,\"DE\",\"NORDRHEIN-WESTFALEN\",\"SIEGEN\",0,\"\",\"\",\"15.2.721\",\"mail%d\",\"https://%s/owa/\"\n", n / 3600 % 24, n / 60 % 60, n % 60, ip, n, n, ip
    }
}' >"$report"
tuermer() { "$built"/tuermer --data "$scratch/data" "$@"; }
tuermer init --drill >/dev/null 2>&1
tuermer import members "$scratch/members.csv" >/dev/null
tuermer import networks "$scratch/networks.csv" >/dev/null
cat "$report" >/dev/null
start=$(date +%s%N)
tuermer ingest "$report" --json
end=$(date +%s%N)
ours=$((lines * 1000000 / ((end - start) / 1000)))
peer=$("$scratch/venv/bin/python" benches/peers/signs_intelmq.py "$report" 20000 2>/dev/null | grep -o '"per_second": [0-9]*' | grep -o '[0-9]*$')
echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg): tuermer $ours lines/s from the command to durable, IntelMQ $peer lines/s, ratio $((ours / peer))"
