#!/bin/bash
# Issues the certificate of one gateway: its name is the gateway's MAC address.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR MAC [--csr FILE] [--days N] [--out FOLDER] [--force]

Issues a gateway's client certificate. Its CN is the MAC, which the broker takes as the user name and puts into the
topics that the gateway may use: so it is lower case with colons, aa:bb:cc:dd:ee:ff, and no other form is accepted.

  --dir DIR      the folder of the CA
  --csr FILE     sign a request that was made on the device, so that its key never leaves it
  --days N       how long it is valid, from now (default: ten years)
  --not-before TIME, --not-after TIME   the same, to the second (2026-02-18T14:30:00Z).
                 It begins a day ago unless told otherwise: to a gateway whose clock is slow, a certificate that
                 begins now is not yet valid.
  --passphrase-file FILE                of an encrypted CA key
  --out FOLDER   leave the files there instead
  --force        replace the files that are there; the old certificate stays valid until it is revoked

Leaves in DIR/devices/aa-bb-cc-dd-ee-ff: device.crt, ca.crt and, without --csr, device.key (0600).
Exit: 0 issued, 64 wrong use or no MAC, 65 unusable request, 66 no CA there, 73 exists already, 70 openssl failed.
TEXT
}

mac=''
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    [[ $1 != -* && -z $mac ]] || usage_error "what is '$1'?"
    mac=$1
    shift
done
[[ -n $mac ]] || usage_error "which gateway? Give its MAC address"
check_mac "$mac"
open_ca
settle_validity '+10 years'
issue "$mac" client "$dir/devices/${mac//:/-}" device
