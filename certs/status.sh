#!/bin/bash
# Says what the broker makes of a certificate, and why.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR MAC|NAME|FILE...

Judges certificates as the broker does, by the same library, the CA's certificate and its current list (crl.pem).
The broker's own log says "certificate verify failed" whatever was wrong, and names nobody: this says which it was.

  --dir DIR   the folder of the CA
  MAC, NAME   every certificate that the CA has issued to this gateway or consumer
  FILE        this certificate, from wherever it comes

Exit: 0 all of them are accepted, 1 at least one is not, 64 wrong use, 65 none of that name, 66 no CA or list there.
TEXT
}

subjects=()
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    [[ $1 != -* ]] || usage_error "what is '$1'?"
    subjects+=("$1")
    shift
done
((${#subjects[@]})) || usage_error "whose certificate?"
open_ca
[[ -f $dir/crl.pem ]] || die "$EX_NOINPUT" "there is no $dir/crl.pem (make-crl.sh writes it)"

bad=0
judge() {
    local file=$1 words verdict=accepted
    if ! words=$(openssl verify -CAfile "$dir/ca.crt" -CRLfile "$dir/crl.pem" -crl_check -purpose sslclient \
        "$file" 2>&1); then
        verdict="REFUSED, $(sed -n 's/^error [0-9]* at [0-9]* depth lookup: *//p' <<<"$words" | head -n 1)"
        bad=1
    fi
    say "$(openssl x509 -in "$file" -noout -subject -serial -startdate -enddate -nameopt RFC2253 |
        tr '\n' ' ')$verdict"
}

for subject in "${subjects[@]}"; do
    if [[ -f $subject ]]; then
        judge "$subject"
        continue
    fi
    serials=$(awk -F '\t' -v name="/CN=$subject" '$6 == name { print $4 }' "$dir/index.txt")
    [[ -n $serials ]] || die "$EX_DATAERR" "the CA in $dir never issued a certificate to '$subject'"
    for serial in $serials; do judge "$dir/issued/$serial.pem"; done
done
exit "$bad"
