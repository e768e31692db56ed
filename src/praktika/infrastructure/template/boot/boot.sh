#!/bin/sh
# Makes this machine one of praktika's. Run as root; what is there already stays.
set -eu
umask 022

region={{region}}
bucket={{bucket}}
key={{key}}
trust={{trust}}
user={{user}}
starts={{starts}}
own={{own}}

give_up() {
    [ "$1" -ne 0 ] || return 0
    echo "praktika: this machine could not be set up (exit code $1), and ends in a while" >&2
    # Machines that all fail must not come and go by the minute.
    sleep 900
    shutdown -h now
}
[ "$starts" = no ] || trap 'give_up $?' EXIT

has_packages() {
    for program in python3.12 git nft setpriv docker; do
        command -v "$program" >/dev/null || return 1
    done
    python3.12 -c 'import ensurepip' 2>/dev/null
}

get_packages() {
    if command -v dnf >/dev/null; then
        dnf install -y -q python3.12 git nftables util-linux docker tar gzip
    else
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq python3.12 python3.12-venv git nftables util-linux docker.io
    fi
}

make_user() {
    # Without a home or a shell: in a home, one job could leave something for the next.
    id "$user" >/dev/null 2>&1 || useradd --system --user-group --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
    # What a job leaves must not be started later.
    for list in /etc/cron.deny /etc/at.deny; do
        grep -qxF "$user" "$list" 2>/dev/null || echo "$user" >>"$list"
    done
    rm -f "/var/lib/systemd/linger/$user"
    # Whoever may use Docker can be root.
    if [ "$trust" = trusted ]; then
        usermod -a -G docker "$user"
    elif id -nG "$user" | grep -qwF docker; then
        gpasswd -d "$user" docker
    fi
}

get_platform() {
    folder=$(mktemp -d)
    python3.12 -I - "$region" "$bucket" "$key" "$folder/platform.tar.gz" <<'PYTHON'
{{fetch}}PYTHON
    tar -xzf "$folder/platform.tar.gz" -C "$folder" --no-same-owner
    rm -rf /opt/praktika/platform
    python3.12 -m venv /opt/praktika/platform
    /opt/praktika/platform/bin/python -m pip install --quiet --disable-pip-version-check \
        --no-index --find-links "$folder" --require-hashes --requirement "$folder/requirements.txt"
    rm -rf "$folder"
    printf '%s' "$key" >/opt/praktika/platform/.key
}

has_packages || get_packages
systemctl enable --now docker
make_user
mkdir -p /opt/praktika/base-venvs
[ "$(cat /opt/praktika/platform/.key 2>/dev/null || true)" = "$key" ] || get_platform

cat >/etc/systemd/system/praktika-controller.service <<'UNIT'
{{unit}}UNIT
systemctl daemon-reload

if [ -n "$own" ]; then
    script=$(mktemp)
    printf '%s' "$own" | base64 -d >"$script"
    chmod 700 "$script"
    if head -c 2 "$script" | grep -qF '#!'; then "$script"; else bash "$script"; fi
    rm -f "$script"
fi

[ "$starts" = no ] || systemctl enable --now praktika-controller
