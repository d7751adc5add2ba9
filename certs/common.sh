# shellcheck shell=bash
# What the scripts in this folder share. It is sourced, never run.

set -euo pipefail
# Nothing that these scripts make is for other users, unless a line below says so.
umask 077

readonly EX_USAGE=64 EX_DATAERR=65 EX_NOINPUT=66 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_CANTCREAT=73 EX_TEMPFAIL=75

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
program=$(basename "$0")
readonly program

taken=0 dir='' days='' not_before='' not_after='' csr='' out='' force=no passphrase_file=${TDS_CA_PASSPHRASE_FILE:-}
export TDS_CA_DIR='' TDS_SAN=''

# die CODE TEXT...: one line that says what is wrong, and one of sysexits' codes.
die() {
    local code=$1
    shift
    printf '%s: %s\n' "$program" "$*" >&2
    exit "$code"
}

usage_error() {
    printf '%s: %s\nTry: %s --help\n' "$program" "$*" "$program" >&2
    exit "$EX_USAGE"
}

say() { printf '%s\n' "$*"; }

# take_option NAME [VALUE]: an option that several scripts know. `taken` is how many words it used, 0 if unknown.
take_option() {
    taken=2
    case $1 in
        --help | -h)
            usage
            exit 0
            ;;
        --force)
            force=yes
            taken=1
            return
            ;;
        --dir | --days | --not-before | --not-after | --csr | --out | --passphrase-file)
            [[ $# -ge 2 && -n $2 ]] || usage_error "$1 needs a value"
            ;;
        *)
            # shellcheck disable=SC2034 # the scripts that source this read it
            taken=0
            return
            ;;
    esac
    case $1 in
        --dir) dir=$2 ;;
        --days) days=$2 ;;
        --not-before) not_before=$2 ;;
        --not-after) not_after=$2 ;;
        --csr) csr=$2 ;;
        --out) out=$2 ;;
        --passphrase-file) passphrase_file=$2 ;;
    esac
}

# run_openssl ARGS...: silent if it works; if not, openssl's own words and the end of the script.
run_openssl() {
    local words
    if ! words=$(openssl "$@" 2>&1 >/dev/null); then
        printf '%s\n' "$words" >&2
        die "$EX_SOFTWARE" "openssl $1 failed; its words are above"
    fi
}

need_openssl() {
    command -v openssl >/dev/null || die "$EX_UNAVAILABLE" "openssl is not installed (apt install openssl)"
}

# open_ca: the CA in --dir, locked, because two scripts that sign at once would spoil its database.
open_ca() {
    need_openssl
    [[ -n $dir ]] || usage_error "--dir DIR is missing: the folder of the CA"
    [[ -f $dir/ca.crt && -f $dir/private/ca.key && -f $dir/index.txt ]] ||
        die "$EX_NOINPUT" "there is no CA in $dir (make one with make-ca.sh --dir $dir)"
    dir=$(cd "$dir" && pwd)
    TDS_CA_DIR=$dir
    lock_ca
    ca_arguments=(ca -batch -config "$here/openssl.cnf")
    if [[ -n $passphrase_file ]]; then ca_arguments+=(-passin "file:$passphrase_file"); fi
}

lock_ca() {
    exec 9>"$dir/lock"
    flock -w 30 9 || die "$EX_TEMPFAIL" "another script has been using the CA in $dir for 30 s"
}

# check_mac TEXT: a MAC in the one form that certificate, topic and client id share.
check_mac() {
    local mac=$1 digits
    [[ $mac =~ ^([0-9a-f]{2}:){5}[0-9a-f]{2}$ ]] && return
    digits=$(tr -d ':. -' <<<"$mac" | tr 'A-F' 'a-f')
    if [[ $digits =~ ^[0-9a-f]{12}$ ]]; then
        usage_error "'$mac' is not in the form that the topics use, lower case with colons; did you mean" \
            "$(sed 's/../&:/g; s/:$//' <<<"$digits")"
    fi
    usage_error "'$mac' is not a MAC address: six pairs of hexadecimal digits, such as aa:bb:cc:dd:ee:ff"
}

seconds_of() { # seconds_of OPTION TIME
    date -u -d "$2" +%s 2>/dev/null || usage_error "$1: '$2' is not a time (2026-02-18T14:30:00Z)"
}

stamp() { date -u -d "@$1" +%Y%m%d%H%M%SZ; }
readable() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# settle_validity DEFAULT: sets starts and ends (seconds since 1970). DEFAULT is what date(1) understands.
# A start of "now" would be "not yet valid" to a gateway whose clock is a little slow, hence a day earlier.
settle_validity() {
    local now
    now=$(date +%s)
    [[ -z $days || -z $not_after ]] || usage_error "--days and --not-after exclude each other"
    [[ -z $days || $days =~ ^[1-9][0-9]{0,5}$ ]] || usage_error "--days: '$days' is not a number of days"
    if [[ -n $not_before ]]; then starts=$(seconds_of --not-before "$not_before"); else starts=$((now - 86400)); fi
    if [[ -n $not_after ]]; then
        ends=$(seconds_of --not-after "$not_after")
    elif [[ -n $days ]]; then
        ends=$((now + days * 86400))
    else
        ends=$(date -u -d "$1" +%s)
    fi
    ((ends > starts)) || usage_error "it would end ($(readable "$ends")) before it begins ($(readable "$starts"))"
}

# refuse_to_outlive_ca: a certificate is worth nothing after its CA has ended, whatever is written in it.
refuse_to_outlive_ca() {
    local ca_ends
    ca_ends=$(date -u -d "$(openssl x509 -in "$dir/ca.crt" -noout -enddate | cut -d= -f2)" +%s)
    ((ends <= ca_ends)) || die "$EX_DATAERR" \
        "it would end $(readable "$ends"), after the CA itself ($(readable "$ca_ends")): give a shorter life"
}

# check_csr NAME: a request made where the key lives. Its name must be the expected one, or absent.
check_csr() {
    local name=$1 text found
    [[ -r $csr ]] || die "$EX_NOINPUT" "cannot read the request $csr"
    text=$(openssl req -in "$csr" -noout -verify -nameopt multiline -text 2>&1) ||
        die "$EX_DATAERR" "$csr is not a certificate request whose signature fits its key"
    grep -q 'ASN1 OID: prime256v1' <<<"$text" || die "$EX_DATAERR" "$csr: the key is not on P-256"
    found=$(sed -n 's/^ *commonName *= //p' <<<"$text")
    [[ -z $found || $found == "$name" ]] || die "$EX_DATAERR" "$csr asks for the name '$found', not for '$name'"
}

# issue NAME SECTION FOLDER FILE: signs, and leaves FILE.crt, ca.crt and, unless a CSR came, FILE.key in FOLDER,
# or in the folder of --out.
# All is made aside and moved at the end: who is interrupted finds the old files or the new ones.
issue() {
    local name=$1 section=$2 folder=${out:-$3} file=$4 request
    if [[ -e $folder/$file.crt && $force == no ]]; then
        die "$EX_CANTCREAT" "$folder/$file.crt exists already; --force replaces it (the old one stays valid" \
            "until it ends or revoke.sh names it)"
    fi
    refuse_to_outlive_ca
    work=$(mktemp -d "$dir/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    if [[ -n $csr ]]; then
        check_csr "$name"
        request=$csr
    else
        request=$work/request
        run_openssl req -new -config "$here/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -subj "/CN=$name" -keyout "$work/$file.key" -out "$request"
    fi
    run_openssl "${ca_arguments[@]}" -notext -extensions "$section" -subj "/CN=$name" \
        -startdate "$(stamp "$starts")" -enddate "$(stamp "$ends")" -in "$request" -out "$work/$file.crt"
    mkdir -p "$folder"
    cp "$dir/ca.crt" "$work/ca.crt"
    if [[ -z $csr ]]; then mv -f "$work/$file.key" "$folder/$file.key"; fi
    mv -f "$work/$file.crt" "$work/ca.crt" "$folder/"
    say "$folder/$file.crt: $name, valid $(readable "$starts") to $(readable "$ends")"
}
