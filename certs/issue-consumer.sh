#!/bin/bash
# Issues the certificate of a program that reads what the gateways send.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR [--cn NAME] [--csr FILE] [--days N] [--out FOLDER] [--force]

Issues the client certificate of a consumer. What it may do is decided by its name in the broker's ACL.

  --dir DIR      the folder of the CA
  --cn NAME      its name (default: django_consumer, the only one that the ACL knows)
  --csr FILE     sign this request instead of making a key
  --days N       how long it is valid (default: 730)
  --not-before, --not-after TIME   the same, to the second
  --passphrase-file FILE           of an encrypted CA key
  --out FOLDER   leave the files there instead
  --force        replace the files that are there; the old certificate stays valid until it is revoked

Leaves in DIR/consumers/NAME: consumer.crt, ca.crt and, without --csr, consumer.key (0600).
Exit: 0 issued, 64 wrong use, 65 unusable request, 66 no CA there, 73 exists already, 70 openssl failed.
TEXT
}

name=django_consumer
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    case $1 in
        --cn)
            # No colon, so that no consumer can be named like a gateway; no + and #, which are wildcards in topics.
            [[ $# -ge 2 && $2 =~ ^[A-Za-z0-9_-]{1,64}$ ]] || usage_error "--cn needs letters, digits, _ or -"
            name=$2
            shift 2
            ;;
        *) usage_error "what is '$1'?" ;;
    esac
done
open_ca
settle_validity '+730 days'
issue "$name" client "$dir/consumers/$name" consumer
