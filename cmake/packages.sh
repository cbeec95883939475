# SPDX-License-Identifier: MIT
# What the scripts need from Debian or Ubuntu, in one list, and how they get it. Sourced by bash; has no effect alone.

packages_to_build="g++ cmake ninja-build pkg-config"
packages_for_speed="libdnnl-dev libopenblas-dev libxtensor-dev libxtensor-blas-dev"
packages_to_check="libxsimd-dev clang libboost-test-dev time python3-numpy"

# Some callers start us with no standard input at all; the next file opened would take its place.
{ : <&0; } 2>/dev/null || exec </dev/null

say() { printf '%s\n' "$*"; }
stop() { say "$*" >&2; exit 1; }

# The command that a package is wanted for, where there is one: it may have come from elsewhere.
command_of() {
    case $1 in
    g++ | cmake | pkg-config) echo "$1" ;;
    clang) echo clang++ ;;
    ninja-build) echo ninja ;;
    *) ;;
    esac
}

is_there() {
    local command
    command=$(command_of "$1")
    if [ -n "$command" ] && command -v "$command" >/dev/null 2>&1; then return 0; fi
    [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]
}

# install_missing PACKAGE...: installs what is not there. Says what it does; asks only a person at a terminal.
# Returns 1 when something is still missing, which is for the caller to judge.
install_missing() {
    local package missing=() unknown=() as_root=() answer
    for package; do is_there "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0

    if ! command -v apt-get >/dev/null 2>&1; then
        say "Not installed, and there is no apt-get to install them: ${missing[*]} (these are Debian's names)"
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "Not installed, and only root can install them: ${missing[*]}"
            return 1
        fi
        as_root=(sudo)
        [ -t 0 ] || as_root=(sudo -n)
    fi

    say "Installing: ${missing[*]}"
    if [ -t 0 ] && [ -t 1 ]; then
        read -r -p "Go on? [Y/n] " answer || answer=n
        case $answer in [nN]*) return 1 ;; esac
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get -qq -o Acquire::Retries=3 update </dev/null ||
        say "apt-get update did not work; going on with the package lists that are here"
    # One unknown name would make apt-get refuse the others.
    for package in "${missing[@]}"; do
        apt-cache show "$package" >/dev/null 2>&1 || unknown+=("$package")
    done
    for package in "${unknown[@]}"; do
        say "This distribution has no package $package"
        missing=("${missing[@]/#$package/}")
    done
    # shellcheck disable=SC2068  # empty entries shall vanish
    set -- ${missing[@]}
    if [ $# -gt 0 ]; then
        "${as_root[@]}" apt-get -qq -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" \
            </dev/null >/dev/null || { say "apt-get could not install: $*"; return 1; }
    fi
    [ ${#unknown[@]} -eq 0 ]
}

# What nothing works without.
require_tools() {
    command -v "${CXX:-g++}" >/dev/null 2>&1 || stop "A C++20 compiler is needed: ${CXX:-g++} was not found"
    command -v cmake >/dev/null 2>&1 || stop "cmake 3.24 or newer is needed and was not found"
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*//p')
    [ "$(printf '%s\n3.24\n' "$version" | sort -V | head -n 1)" = 3.24 ] ||
        stop "cmake 3.24 or newer is needed; this is $version"
}

# One job a core, but no more than memory allows: a large translation unit takes up to 1 GB.
job_count() {
    local cores memory
    cores=$(nproc 2>/dev/null || echo 1)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || echo "$cores")
    [ "${memory:-0}" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}

# configure FOLDER [CMAKE OPTIONS]: with Ninja where it is, else make; a folder keeps the generator it has.
configure() {
    local folder=$1 generator=()
    shift
    if [ ! -e "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then generator=(-G Ninja); fi
    cmake -S . -B "$folder" "${generator[@]}" "$@"
}

# build_all FOLDER JOBS: everything that can be built is built, so that the tests tell the whole story.
build_all() {
    local go_on=-k
    if grep -q '^CMAKE_GENERATOR:INTERNAL=Ninja' "$1/CMakeCache.txt"; then go_on=-k0; fi
    cmake --build "$1" --parallel "$2" -- "$go_on"
}
