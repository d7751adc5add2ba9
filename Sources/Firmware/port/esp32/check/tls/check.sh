#!/usr/bin/env bash
# main/tls.c with a real Mbed TLS on this machine, and OpenSSL on the other side: keys, requests, certificates, signatures.
#
# usage: check.sh DIRECTORY [LIBRARY...]
#   DIRECTORY: where Mbed TLS 3.6 or 4 is installed: include/ and lib/ are in it (cmake --install)
#   LIBRARY:   what to link; without it mbedx509 and mbedcrypto (3.6) or tfpsacrypto (4)
# Not a part of the other checks: Debian 12 has Mbed TLS 2.28 only, which no ESP-IDF of today has.
set -euo pipefail
if (($# < 1)) || [[ ! -d $1/include/mbedtls ]]; then
    echo "usage: check.sh DIRECTORY, in which Mbed TLS is installed" >&2
    exit 64
fi
installed=$(realpath "$1")
shift
cd "$(dirname "$0")"
here=$PWD
firmware=$here/../../../..
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
major=$([[ -e $installed/include/tf-psa-crypto ]] && echo 4 || echo 3)
libraries=(-lmbedx509 "$([[ $major == 4 ]] && echo -ltfpsacrypto || echo -lmbedcrypto)")
(($# == 0)) || libraries=("$@")
gcc -std=gnu17 -Wall -Wextra -Werror -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I"$installed/include" -I../../main -I"$firmware/core/include" -I../idf -DCHECK_IDF="$((major + 2))" \
    main.c ../../main/tls.c "$firmware"/core/gw_{time,decimal}.c -L"$installed/lib" "${libraries[@]}" -o "$build/tls"

cd "$build"
./tls make
openssl req -in device.csr -noout -verify -subject 2>&1 | grep -q 'CN = aa:bb:cc:dd:ee:ff'
quiet() { "$@" >log 2>&1 || { cat log >&2 && exit 1; }; }
quiet openssl pkey -inform DER -in device.key.der -out device.key
for name in ca other-ca; do
    quiet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name-self.crt \
        -subj "/CN=$name" -days 3650
done
mv ca-self.crt ca.crt
cat >ca.cnf <<'C'
[ca]
default_ca = ours
[ours]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
default_days = 3650
policy = names
unique_subject = no
[names]
commonName = supplied
[between]
basicConstraints = critical,CA:TRUE
C
: >index
echo 01 >serial
sign() { quiet openssl ca -batch -config ca.cnf -notext -cert "$1" -keyfile "$2" -in "$3" -out "$4" "${@:5}"; }
sign ca.crt ca.key device.csr good.crt
sign other-ca-self.crt other-ca.key device.csr other-ca.crt
sign ca.crt ca.key device.csr expired.crt -startdate 20200101000000Z -enddate 20210101000000Z
sign ca.crt ca.key device.csr future.crt -startdate 20890101000000Z -enddate 20990101000000Z
quiet openssl req -new -key device.key -out other.csr -subj /CN=aa:bb:cc:dd:ee:00
sign ca.crt ca.key other.csr other-name.crt
quiet openssl req -x509 -key device.key -out two.crt -subj /CN=aa:bb:cc:dd:ee:ff/CN=aa:bb:cc:dd:ee:00
quiet openssl x509 -in two.crt -CA ca.crt -CAkey ca.key -CAcreateserial -out two-names.crt -days 3650
quiet openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout between.key -out between.csr -subj /CN=between
sign ca.crt ca.key between.csr between.crt -extensions between
sign between.crt between.key device.csr leaf.crt
cat leaf.crt between.crt >chain.crt
head -c 15000 /dev/urandom >image.bin
sha256sum image.bin >image.sha256
quiet openssl ecparam -name prime256v1 -genkey -noout -out ec.key
quiet openssl genrsa -out rsa.key 2048
for kind in ec rsa; do
    quiet openssl pkey -in $kind.key -pubout -out $kind.pub
    quiet openssl dgst -sha256 -sign $kind.key -out image.$kind image.bin
done
./tls "$(date +%s)"
