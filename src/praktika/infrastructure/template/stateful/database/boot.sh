#!/bin/bash
# Makes this machine the database. What is of value is on the data disk, which outlives the machine.
set -euo pipefail
umask 077

region={{region}}
volume={{volume}}
database={{database}}

metadata=http://169.254.169.254/latest
session=$(curl -sf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 600' "$metadata/api/token")
about() { curl -sf -H "X-aws-ec2-metadata-token: $session" "$metadata/meta-data/$1"; }
instance=$(about instance-id)
address=$(about local-ipv4)

# A machine before this one may still be on its way out.
until aws ec2 attach-volume --region "$region" --volume-id "$volume" \
    --instance-id "$instance" --device /dev/sdf > /dev/null; do
  sleep 5
done
disk=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume//-/}
until [ -e "$disk" ]; do sleep 1; done

# 2 means that there is no file system; any other failure must not cost the data.
found=0
blkid -p "$disk" > /dev/null || found=$?
if [ "$found" = 2 ]; then mkfs.ext4 -q "$disk"; elif [ "$found" != 0 ]; then exit 1; fi
mkdir -p /var/lib/clickhouse
chmod 755 /var/lib/clickhouse
echo "$disk /var/lib/clickhouse ext4 noatime,nofail 0 2" >> /etc/fstab
mount /var/lib/clickhouse

# The packages bear no signatures of their own. What their repository says of them is signed,
# checksums included; its key has to be the one that is known here.
key=/etc/pki/rpm-gpg/clickhouse
packages=https://packages.clickhouse.com/rpm/stable
curl -sSf --retry 5 -o "$key" "$packages/repodata/repomd.xml.key"
gpg --batch --with-colons --show-keys "$key" > /tmp/keys
[ "$(grep -c '^pub:' /tmp/keys)" = 1 ]
[ "$(awk -F: '$1 == "fpr" { print $10; exit }' /tmp/keys)" = {{fingerprint}} ]
cat > /etc/yum.repos.d/clickhouse.repo << END
[clickhouse]
name=ClickHouse
baseurl=$packages/
gpgkey=file://$key
repo_gpgcheck=1
gpgcheck=0
enabled=1
END
chmod 644 "$key" /etc/yum.repos.d/clickhouse.repo
(umask 022 && dnf install -y clickhouse-server-{{version}} clickhouse-client-{{version}})
chown -R clickhouse:clickhouse /var/lib/clickhouse

secret() {
  aws ssm get-parameter --region "$region" --with-decryption --name "$1" \
    --query Parameter.Value --output text
}
digest() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
admin=$(secret {{admin}})
writer=$(secret {{writer}})
reader=$(secret {{reader}})

home=/etc/clickhouse-server
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
  -subj "/CN=$address" -addext "subjectAltName=IP:$address" \
  -keyout "$home/praktika.key" -out "$home/praktika.crt"

cat > "$home/config.d/praktika.xml" << END
<clickhouse>
  <listen_host>0.0.0.0</listen_host>
  <https_port>{{port}}</https_port>
  <http_port remove="1"/>
  <mysql_port remove="1"/>
  <postgresql_port remove="1"/>
  <interserver_http_port remove="1"/>
  <openSSL>
    <server>
      <certificateFile>$home/praktika.crt</certificateFile>
      <privateKeyFile>$home/praktika.key</privateKeyFile>
      <verificationMode>none</verificationMode>
      <disableProtocols>sslv2,sslv3,tlsv1,tlsv1_1</disableProtocols>
    </server>
  </openSSL>
</clickhouse>
END
cat > "$home/users.d/praktika.xml" << END
<clickhouse>
  <users>
    <default>
      <networks replace="replace"><ip>127.0.0.1</ip><ip>::1</ip></networks>
    </default>
    <admin>
      <password_sha256_hex>$(digest "$admin")</password_sha256_hex>
      <networks><ip>127.0.0.1</ip><ip>{{cidr}}</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>1</access_management>
    </admin>
    <writer>
      <password_sha256_hex>$(digest "$writer")</password_sha256_hex>
      <networks><ip>{{cidr}}</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT SELECT, INSERT ON $database.*</query></grants>
    </writer>
    <reader>
      <password_sha256_hex>$(digest "$reader")</password_sha256_hex>
      <networks><ip>{{cidr}}</ip></networks>
      <profile>readonly</profile>
      <quota>default</quota>
      <grants><query>GRANT SELECT ON $database.*</query></grants>
    </reader>
  </users>
</clickhouse>
END
chown clickhouse:clickhouse "$home"/praktika.* "$home"/*.d/praktika.xml

systemctl enable --now clickhouse-server
until clickhouse-client --query "CREATE DATABASE IF NOT EXISTS $database"; do sleep 2; done

# How to get there, for those who may read it; the certificate is the one to trust.
publish() {
  ADDRESS=$address LOGIN=$2 WORD=$3 CERTIFICATE=$home/praktika.crt python3 -c '
import json, os, pathlib
e = os.environ
print(json.dumps({
    "url": "https://" + e["ADDRESS"] + ":{{port}}",
    "user": e["LOGIN"],
    "password": e["WORD"],
    "ca": pathlib.Path(e["CERTIFICATE"]).read_text(),
}))' > /run/connection.json
  aws ssm put-parameter --region "$region" --overwrite --type SecureString \
    --name "$1" --value file:///run/connection.json
  rm /run/connection.json
}
publish {{writes}} writer "$writer"
publish {{reads}} reader "$reader"
