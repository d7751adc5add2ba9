#!/bin/bash
# Declares the certificates of one gateway, or of one consumer, worthless.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR MAC [--serial HEX] [--reason REASON]
       $program --dir DIR --cn NAME [--serial HEX] [--reason REASON]

Marks every valid certificate of that name as revoked in the CA's database. The broker knows nothing of it until it
has been given a new list: make-crl.sh, copy crl.pem, reload. And a session that is open stays open: only the next
connection is refused. To cut it as well, restart the broker.

  --dir DIR         the folder of the CA
  --cn NAME         a consumer or the broker instead of a gateway
  --serial HEX      only the certificate with this serial number (after a renewal: the old one)
  --reason REASON   unspecified, keyCompromise, superseded, cessationOfOperation (default: unspecified)
  --passphrase-file FILE   of an encrypted CA key

Running it again changes nothing. Exit: 0 revoked now or earlier, 64 wrong use, 65 no certificate of that name.
TEXT
}

name='' serial='' reason=unspecified
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    case $1 in
        --cn | --serial | --reason)
            [[ $# -ge 2 && -n $2 ]] || usage_error "$1 needs a value"
            case $1 in
                --cn) name=$2 ;;
                --serial) serial=${2^^} ;;
                --reason) reason=$2 ;;
            esac
            shift 2
            ;;
        *)
            [[ $1 != -* && -z $name ]] || usage_error "what is '$1'?"
            check_mac "$1"
            name=$1
            shift
            ;;
    esac
done
[[ -n $name ]] || usage_error "whose certificate? Give a MAC address, or --cn NAME"
[[ $reason =~ ^(unspecified|keyCompromise|superseded|cessationOfOperation)$ ]] || usage_error "unknown reason '$reason'"
open_ca

found=0 revoked=0
# index.txt: status, end, revocation, serial, file, subject; separated by tabs. A tab is white space to `read`, which
# would swallow an empty third field, so it is replaced first.
while IFS='|' read -r status _ _ number _ subject; do
    [[ $subject == "/CN=$name" ]] || continue
    [[ -z $serial || $number == "$serial" ]] || continue
    found=$((found + 1))
    if [[ $status == V ]]; then
        run_openssl "${ca_arguments[@]}" -revoke "$dir/issued/$number.pem" -crl_reason "$reason"
        say "revoked: $name, serial $number"
        revoked=$((revoked + 1))
    fi
done < <(tr '\t' '|' <"$dir/index.txt")

((found)) || die "$EX_DATAERR" "the CA in $dir never issued such a certificate to $name"
if ((revoked)); then
    say "The broker does not know yet: run make-crl.sh, copy crl.pem to the broker, reload it."
else
    say "nothing to do: no certificate of $name is still valid"
fi
