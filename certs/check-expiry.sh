#!/bin/bash
# Says how long certificates and revocation lists are still valid; for a timer that raises an alarm.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program [--warn-days N] FILE...

Prints, for each certificate or revocation list, when it ends. It needs no CA and no key: run it daily on the broker,
on its ca.crt, broker.crt and above all crl.pem.

  --warn-days N   complain if less than N days are left (default: 14)

Exit: 0 all are valid for longer, 1 one of them is not, 64 wrong use, 66 a file cannot be read as either.
TEXT
}

warn_days=14 files=()
while (($#)); do
    case $1 in
        --help | -h)
            usage
            exit 0
            ;;
        --warn-days)
            [[ $# -ge 2 && $2 =~ ^[0-9]{1,5}$ ]] || usage_error "--warn-days needs a number"
            warn_days=$2
            shift 2
            ;;
        -*) usage_error "what is '$1'?" ;;
        *)
            files+=("$1")
            shift
            ;;
    esac
done
((${#files[@]})) || usage_error "which files?"
need_openssl

now=$(date +%s) bad=0
for file in "${files[@]}"; do
    line=$(openssl x509 -in "$file" -noout -enddate 2>/dev/null ||
        openssl crl -in "$file" -noout -nextupdate 2>/dev/null) ||
        die "$EX_NOINPUT" "$file is neither a certificate nor a revocation list"
    end=$(date -u -d "${line#*=}" +%s)
    left=$(((end - now) / 86400)) verdict=ok
    if ((end <= now)); then
        verdict=EXPIRED bad=1
    elif ((left < warn_days)); then
        verdict=SOON bad=1
    fi
    say "$verdict $file ends $(readable "$end"), $left days"
done
exit "$bad"
