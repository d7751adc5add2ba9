#!/bin/bash
# Issues the certificate with which the broker proves to gateways that it is the broker.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR --name HOST... [--ip ADDRESS...] [--days N] [--csr FILE] [--out FOLDER] [--force]

Issues the broker's server certificate. A gateway compares the host it was configured with against these names:
give every name and address that stands in any gateway's configuration.

  --dir DIR      the folder of the CA
  --name HOST    a DNS name of the broker; repeat for more; the first becomes the CN
  --ip ADDRESS   an IP address of the broker; repeat for more
  --days N       how long it is valid (default: 730). Plan the renewal: when it ends, the whole fleet is off the air.
  --not-before, --not-after TIME   the same, to the second
  --csr FILE     sign this request instead of making a key
  --passphrase-file FILE           of an encrypted CA key
  --out FOLDER   leave the files there instead
  --force        replace the files that are there

Leaves in DIR/broker: broker.crt, broker.key (0600), ca.crt.
Exit: 0 issued, 64 wrong use, 65 unusable request, 66 no CA there, 73 exists already, 70 openssl failed.
TEXT
}

names=() san=()
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    case $1 in
        --name)
            [[ $# -ge 2 && $2 =~ ^[A-Za-z0-9*]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$ ]] ||
                usage_error "--name needs a host name"
            names+=("$2")
            san+=("DNS:$2")
            shift 2
            ;;
        --ip)
            [[ $# -ge 2 && $2 =~ ^[0-9a-fA-F.:]+$ ]] || usage_error "--ip needs an address"
            names+=("$2")
            san+=("IP:$2")
            shift 2
            ;;
        *) usage_error "what is '$1'?" ;;
    esac
done
((${#names[@]})) || usage_error "give at least one --name HOST or --ip ADDRESS: nothing else is ever compared"
open_ca
settle_validity '+730 days'
TDS_SAN=$(
    IFS=,
    printf '%s' "${san[*]}"
)
issue "${names[0]}" server "$dir/broker" broker
