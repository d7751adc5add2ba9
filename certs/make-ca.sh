#!/bin/bash
# Makes the certificate authority that every gateway, the broker and the consumer trust.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
Usage: $program --dir DIR [--name NAME] [--days N] [--passphrase-file FILE] [--force]

Makes a certificate authority in DIR: a P-256 key, its own certificate, and the database of what it signed.

  --dir DIR               where the CA lives; made if need be, for its owner only
  --name NAME             the name in the certificate (default: TDS-New-CA)
  --days N                how long it is valid (default: 25 years; a device's certificate lasts ten)
  --not-before, --not-after TIME   the same, to the second
  --passphrase-file FILE  encrypt the key with the first line of FILE; every later script then needs the same
                          option, or TDS_CA_PASSPHRASE_FILE in the environment
  --force                 replace a CA that is there. EVERY certificate of the old one becomes worthless.

Leaves in DIR: ca.crt (public), private/ca.key (the secret: keep it off line), index.txt, serial, crlnumber, issued/.
Exit: 0 made, 64 wrong use, 73 there is a CA already, 70 openssl failed.
TEXT
}

name=TDS-New-CA
while (($#)); do
    take_option "$@"
    if ((taken)); then
        shift "$taken"
        continue
    fi
    case $1 in
        --name)
            [[ $# -ge 2 && $2 =~ ^[A-Za-z0-9._-]{1,64}$ ]] || usage_error "--name needs letters, digits, . _ -"
            name=$2
            shift 2
            ;;
        *) usage_error "what is '$1'?" ;;
    esac
done
[[ -n $dir ]] || usage_error "--dir DIR is missing: where the CA shall live"
need_openssl
settle_validity '+25 years'

mkdir -p "$dir" || die "$EX_CANTCREAT" "cannot make $dir"
dir=$(cd "$dir" && pwd)
lock_ca
if [[ -e $dir/private/ca.key || -e $dir/ca.crt ]] && [[ $force == no ]]; then
    die "$EX_CANTCREAT" "there is a CA in $dir already; --force would make all its certificates worthless"
fi

chmod 700 "$dir"
rm -rf "$dir/issued" "$dir"/index.txt* "$dir/crl.pem"
mkdir -p "$dir/private" "$dir/issued"
: >"$dir/index.txt"
# The first serial number is drawn, so that two CAs of the same name never sign the same number.
printf '%s\n' "5$(openssl rand -hex 15)0" >"$dir/serial"
printf '1000\n' >"$dir/crlnumber"

TDS_CA_DIR=$dir
request=$dir/private/request
protection=(-nodes)
ca_arguments=(ca -batch -config "$here/openssl.cnf")
if [[ -n $passphrase_file ]]; then
    [[ -r $passphrase_file ]] || die "$EX_NOINPUT" "cannot read $passphrase_file"
    protection=(-passout "file:$passphrase_file")
    ca_arguments+=(-passin "file:$passphrase_file")
fi
trap 'rm -f "$request"' EXIT
run_openssl req -new -config "$here/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 "${protection[@]}" \
    -subj "/CN=$name" -keyout "$dir/private/ca.key" -out "$request"
run_openssl "${ca_arguments[@]}" -notext -selfsign -extensions authority -subj "/CN=$name" \
    -startdate "$(stamp "$starts")" -enddate "$(stamp "$ends")" -in "$request" -out "$dir/ca.crt"
chmod 644 "$dir/ca.crt"
say "$dir/ca.crt: $name, valid $(readable "$starts") to $(readable "$ends")"
say "Next: make-crl.sh, because the broker does not start without a revocation list; then issue-broker.sh."
