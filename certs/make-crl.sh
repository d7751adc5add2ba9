#!/bin/bash
# Writes the list of revoked certificates that the broker reads.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR [--days N]

Writes DIR/crl.pem, the list of revoked certificates, signed by the CA.

AN EXPIRED LIST REFUSES EVERY CLIENT, THE GOOD ONES TOO. So the list must be renewed before it ends, also when nothing
was revoked: run this well before (weekly, for the default), and let check-expiry.sh raise the alarm if it was not.

  --dir DIR      the folder of the CA
  --days N       how long the list is valid (default: 30)
  --not-before TIME, --not-after TIME   the same, to the second
  --passphrase-file FILE                of an encrypted CA key

Then copy crl.pem to the broker and reload it (systemctl reload mosquitto).
Exit: 0 written, 64 wrong use, 66 no CA there, 70 openssl failed.
TEXT
}

while (($#)); do
    take_option "$@"
    ((taken)) || usage_error "what is '$1'?"
    shift "$taken"
done
open_ca
settle_validity '+30 days'
fresh=$(mktemp "$dir/.crl.XXXXXX")
trap 'rm -f "$fresh"' EXIT
run_openssl "${ca_arguments[@]}" -gencrl -crlexts list -crl_lastupdate "$(stamp "$starts")" \
    -crl_nextupdate "$(stamp "$ends")" -out "$fresh"
chmod 644 "$fresh"
mv -f "$fresh" "$dir/crl.pem"
say "$dir/crl.pem: $(grep -c '^R' "$dir/index.txt" || true) revoked, ENDS $(readable "$ends")"
say "After that moment the broker refuses every client. Copy it to the broker and reload."
