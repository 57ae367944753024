#!/usr/bin/env bash
# Runs the Dockerfile's COPY and RUN lines without a Docker engine, in a scratch root: this machine's files under an
# overlay that is thrown away. It shows that the lines work, not what they do on NVIDIA's image. Run as root.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ "${1:-}" != inside ]]; then
    exec unshare --mount --fork "$0" inside
fi

scratch=$(mktemp -d)
trap 'umount -R "$scratch"; rmdir "$scratch"' EXIT
mount -t tmpfs -o size=4g tmpfs "$scratch"
mkdir "$scratch"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$scratch/root"
mount --rbind /dev "$scratch/root/dev"
mount -t proc proc "$scratch/root/proc"

mkdir -p "$scratch/root/opt/sideline"
sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' Dockerfile | while read -r instruction line; do
    case "$instruction" in
        COPY)
            read -ra words <<<"$line"
            tar -c --exclude=__pycache__ "${words[@]::${#words[@]}-1}" | tar -x -C "$scratch/root/opt/sideline"
            ;;
        RUN)
            echo "RUN $line"
            chroot "$scratch/root" /bin/sh -ec "cd /opt/sideline; $line" </dev/null
            ;;
    esac
done
chmod o+x "$scratch/root$HOME" # where this machine's Python may lie; in the image it does not
echo "as the user of the image:"
chroot --userspec=10001:10001 "$scratch/root" /bin/sh -ec 'cd /opt/sideline; id; sideline serve --help >/dev/null; sideline models check'
