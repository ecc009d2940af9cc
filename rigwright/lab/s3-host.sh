#!/bin/sh
# Make an S3 endpoint of this host, once, and wait at each boot until it responds: a Ceph cluster of one node
# with a RADOS gateway, https://docs.ceph.com/en/reef/install/manual-deployment/. Its own authority signs the
# gateway's certificate. The daemons start by Debian's units; logins wait for this program.
set -eu

FOLDER=/etc/rigwright-lab
MON=s3
OSD=0
GATEWAY=rgw.s3
WAIT_SECONDS=180
cd /

uuid() { cat /proc/sys/kernel/random/uuid; }
secret() { openssl rand -hex 20; }

configure() {
    # The machine's disk may be nearly full, which is no matter of this host. Pools of a few placement
    # groups: no manager runs that would grow them.
    cat >/etc/ceph/ceph.conf <<END
[global]
fsid = $1
mon_initial_members = $MON
mon_host = [v2:127.0.0.1:3300]
public_network = 127.0.0.0/8
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_allow_pool_size_one = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_crush_chooseleaf_type = 0
bluestore_block_size = $((20 << 30))
[client.$GATEWAY]
rgw_frontends = beast ssl_port=443 ssl_certificate=/etc/ceph/gateway.pem
END
}

sign() {
    work=$(mktemp -d)
    (
        cd "$work"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$(hostname) of the lab" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
            -keyout authority.key -out authority.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$(hostname)" -keyout key -out request
        names=DNS:$(hostname),DNS:localhost,IP:127.0.0.1
        for address in $(hostname -I); do names=$names,IP:$address; done
        cat >extensions <<END
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $names
END
        openssl x509 -req -in request -CA authority.pem -CAkey authority.key -CAcreateserial -days 3650 -extfile extensions -out certificate
        cat certificate key >gateway.pem
        install -m 640 -g ceph gateway.pem /etc/ceph/gateway.pem
        install -m 644 authority.pem "$FOLDER/authority.pem"
    ) 2>/dev/null
    rm -r "$work"
}

start_mon() {
    work=$(mktemp -d)
    ceph-authtool --create-keyring /etc/ceph/ceph.client.admin.keyring --gen-key -n client.admin \
        --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool --create-keyring "$work/keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$work/keyring" --import-keyring /etc/ceph/ceph.client.admin.keyring
    monmaptool --create --addv "$MON" '[v2:127.0.0.1:3300]' --fsid "$1" "$work/monmap"
    chown -R ceph "$work"
    install -d -o ceph -g ceph "/var/lib/ceph/mon/ceph-$MON"
    runuser -u ceph -- ceph-mon --mkfs -i "$MON" --monmap "$work/monmap" --keyring "$work/keyring"
    rm -r "$work"
    systemctl enable -q --now "ceph-mon@$MON"
}

start_osd() {
    id=$(uuid)
    folder=/var/lib/ceph/osd/ceph-$OSD
    install -d -o ceph -g ceph "$folder"
    ceph-authtool --create-keyring "$folder/keyring" --gen-key -n "osd.$OSD"
    key=$(ceph-authtool --print-key -n "osd.$OSD" "$folder/keyring")
    chown ceph:ceph "$folder/keyring"
    echo "{\"cephx_secret\": \"$key\"}" | ceph osd new "$id" "$OSD" -i -
    ceph-osd -i "$OSD" --mkfs --osd-uuid "$id" --setuser ceph --setgroup ceph 2>/dev/null
    ceph osd crush add-bucket "$MON" host root=default
    ceph osd crush add "osd.$OSD" 1 "host=$MON"
    systemctl enable -q --now "ceph-osd@$OSD"
}

start_gateway() {
    folder=/var/lib/ceph/radosgw/ceph-$GATEWAY
    install -d -o ceph -g ceph "$folder"
    ceph auth get-or-create "client.$GATEWAY" mon 'allow rw' osd 'allow rwx' -o "$folder/keyring"
    chown ceph:ceph "$folder/keyring"
    systemctl enable -q --now "ceph-radosgw@$GATEWAY"
}

# A gateway that responds serves objects once a pool can be written to.
wait_for_gateway() {
    deadline=$(($(date +%s) + WAIT_SECONDS))
    until curl -sf --cacert "$FOLDER/authority.pem" -o /dev/null https://localhost/; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

install -d "$FOLDER"
if [ ! -e "$FOLDER/s3.json" ]; then
    fsid=$(uuid)
    configure "$fsid"
    sign
    {
        start_mon "$fsid"
        start_osd
        start_gateway
    } >/dev/null
    wait_for_gateway
    (
        umask 077
        access=lab
        key=$(secret)
        radosgw-admin user create --uid=lab --display-name=lab "--access-key=$access" "--secret-key=$key" >/dev/null
        printf '{"access_key": "%s", "secret_key": "%s"}\n' "$access" "$key" >"$FOLDER/s3.json.new"
    )
    mv "$FOLDER/s3.json.new" "$FOLDER/s3.json"
fi
wait_for_gateway
