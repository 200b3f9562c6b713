#!/usr/bin/env bash
# Gets moto, which plays the services of AWS, with botocore and a Python of its own, from the packages of Debian trixie into a folder:
# nothing is installed, and no account but the caller's is needed. 34 MB are fetched, once. Tests find it by MILLRACE_MOTO, else in
# millrace-moto of the folder for temporary files.
#
#   tools/get-moto.sh [FOLDER]
set -euo pipefail
folder="${1:-${MILLRACE_MOTO:-${TMPDIR:-/tmp}/millrace-moto}}"
[ ! -e "$folder/complete" ] || exit 0
command -v apt-get > /dev/null && command -v dpkg > /dev/null || { echo 'moto comes as packages of Debian: apt-get and dpkg are needed.' >&2; exit 1; }

# Filled under another name and renamed when it is whole, so that nobody finds half of it.
new="$folder.new-$$"
trap 'rm -rf "$new"' EXIT
mkdir -p "$new/apt/lists/partial" "$new/apt/archives/partial" "$new/root"
: > "$new/apt/status"
mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1 || true)"
[ -n "$mirror" ] || { echo 'apt-get knows no source of packages of Debian: add one to its sources.' >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$new/apt/sources.list"
own() {
  apt-get -q -y -o "Dir::State=$new/apt" -o "Dir::State::status=$new/apt/status" -o "Dir::State::lists=$new/apt/lists" \
    -o "Dir::Cache=$new/apt" -o "Dir::Cache::archives=$new/apt/archives" -o "Dir::Etc::sourcelist=$new/apt/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o "APT::Sandbox::User=$(id -un)" -o Debug::NoLocking=1 -o APT::Install-Recommends=false "$@"
}
own update
own --download-only install python3-moto python3-flask python3-flask-cors python3-boto3
for package in "$new"/apt/archives/*.deb; do dpkg -x "$package" "$new/root"; done
rm -rf "$new/apt"
touch "$new/complete"
mv -T "$new" "$folder" 2> /dev/null || [ -e "$folder/complete" ]
