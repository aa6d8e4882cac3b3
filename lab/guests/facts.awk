# Writes the facts of this guest as one line of JSON; lists of devices come in by the environment.

# A JSON string of printable ASCII, whatever the bytes are.
function q(s,    out, i, c) {
    if (s !~ /["\\]|[^ -~]/) return "\"" s "\""
    if (!(" " in code)) for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "\"" || c == "\\") out = out "\\" c
        else if (c >= " " && c <= "~") out = out c
        else out = out sprintf("\\u%04x", code[c])
    }
    return "\"" out "\""
}
# First line of a file without outer blanks, or nothing.
function first(file,    line) {
    line = ""
    getline line < file
    close(file)
    gsub(/^[ \t]+|[ \t]+$/, "", line)
    return line
}
# Value of KEY= in a file such as a device's uevent.
function value(file, key,    line, v) {
    v = ""
    while ((getline line < file) > 0)
        if (index(line, key "=") == 1) { v = substr(line, length(key) + 2); break }
    close(file)
    return v
}
function whole(n) { return sprintf("%.0f", n + 0) }
function squeeze(s) { gsub(/[ \t]+/, " ", s); sub(/^ /, "", s); sub(/ $/, "", s); return s }
function sort_list(a, n,    i, k, v) {
    for (i = 2; i <= n; i++) {
        v = a[i]
        for (k = i - 1; k > 0 && a[k] > v; k--) a[k + 1] = a[k]
        a[k + 1] = v
    }
}
# The n strings of a as a JSON list.
function list(a, n,    i, out) {
    for (i = 1; i <= n; i++) out = out (i > 1 ? "," : "") q(a[i])
    return "[" out "]"
}
# All non-empty lines of a file, blanks normalised.
function lines(file, a,    n, line) {
    n = 0
    while ((getline line < file) > 0) {
        line = squeeze(line)
        if (line != "") a[++n] = line
    }
    close(file)
    return n
}
# The first driver on the way from a disk up to its controller, past the generic disk driver.
function disk_driver(block,    up, d, i) {
    up = block "/device"
    for (i = 0; i < 6; i++) {
        d = value(up "/uevent", "DRIVER")
        if (d != "" && d != "sd" && d != "nvme_core") return d
        up = up "/.."
    }
    return ""
}

BEGIN {
    while ((getline line < "/proc/cpuinfo") > 0) {
        key = val = line
        sub(/[ \t]*:.*/, "", key)
        sub(/^[^:]*:[ \t]*/, "", val)
        if (key == "processor") cpus++
        else if (cpus > 1) continue
        else if (key == "vendor_id") vendor = val
        else if (key == "model name") model = squeeze(val)
        else if (key == "cpu MHz") mhz = val
        else if (key == "flags") nflags = split(val, flags, " ")
    }
    close("/proc/cpuinfo")
    sort_list(flags, nflags)

    while ((getline line < "/proc/meminfo") > 0)
        if (line ~ /^MemTotal:/) { split(line, part, " "); memory = part[2]; break }
    close("/proc/meminfo")

    # Network
    while ((getline line < "/run/address") > 0) {
        split(line, part, " ")
        address[part[2]] = address[part[2]] (address[part[2]] == "" ? "" : ",") q(part[4])
    }
    n = split(ENVIRON["nics"], nic, " ")
    for (i = 1; i <= n; i++) {
        dir = "/sys/class/net/" nic[i]
        nics = nics (i > 1 ? "," : "") "{\"name\":" q(nic[i]) ",\"driver\":" q(value(dir "/device/uevent", "DRIVER")) \
            ",\"mac\":" q(first(dir "/address")) ",\"link\":\"" (first(dir "/carrier") == 1 ? "up" : "down") \
            "\",\"ipv4\":[" address[nic[i]] "]}"
    }
    nroutes = lines("/run/route", routes)
    sort_list(routes, nroutes)
    n = lines("/etc/resolv.conf", resolv)
    for (i = 1; i <= n; i++) {
        k = split(resolv[i], part, " ")
        if (part[1] == "nameserver") dns[++ndns] = part[2]
        else if (part[1] == "search") for (ndomains = 0; ndomains < k - 1; ndomains++) domains[ndomains + 1] = part[ndomains + 2]
    }
    nrules = lines("/run/firewall", rules)

    # Hardware
    n = split(ENVIRON["pci"], pci, " ")
    for (i = 1; i <= n; i++) {
        class = first(pci[i] "/class")
        if (class !~ /^0x0[12]/ || value(pci[i] "/uevent", "DRIVER") != "") continue
        unbound[++nunbound] = class ":" first(pci[i] "/vendor") ":" first(pci[i] "/device")
    }
    n = split(ENVIRON["blocks"], block, " ")
    for (i = 1; i <= n; i++) {
        disk = block[i]
        sub(/.*\//, "", disk)
        if (disk !~ /^([shv]d|xvd|nvme|mmcblk)/) continue
        disks = disks (disks == "" ? "" : ",") "{\"name\":" q(disk) ",\"driver\":" q(disk_driver(block[i])) \
            ",\"bytes\":" whole(first(block[i] "/size") * 512) "}"
    }
    while ((getline line < "/proc/mounts") > 0) {
        split(line, part, " ")
        if (part[3] !~ /^(ext4|vfat)$/) continue
        rw = substr(part[4], 1, 2)
        mounts[++nmounts] = part[2] " " part[3] " " rw
        if (part[2] == "/") root_rw = rw
    }
    close("/proc/mounts")
    sort_list(mounts, nmounts)

    # Kernel log: the hypervisor it saw, and what it calls an error
    while ((getline line < "/run/log") > 0) {
        if (k = index(line, "Hypervisor detected: ")) hypervisor = squeeze(substr(line, k + 21))
        if (nerrors >= 5 || line !~ /^<[0-9]+>/) continue
        level = substr(line, 2) + 0
        if (level % 8 > 3) continue
        sub(/^<[0-9]+>(\[[ 0-9.]*\] )?/, "", line)
        if (line != "") errors[++nerrors] = substr(line, 1, 160)
    }
    nboot = lines("/etc/portolan/boot_drivers", boot_drivers)
    nall = lines("/etc/portolan/drivers", drivers)
    split(first("/run/canary"), canary, " ")
    split(first("/proc/uptime"), up, " ")
    id = "/sys/class/dmi/id/"

    printf "{\"schema\":1,\"boot_id\":%s,\"machine_id\":%s,\"hostname\":%s,\"kernel\":%s", q(first("/proc/sys/kernel/random/boot_id")), \
        q(first("/etc/machine-id")), q(first("/proc/sys/kernel/hostname")), q(first("/proc/sys/kernel/osrelease"))
    printf ",\"uptime_ms\":%s,\"epoch_s\":%s,\"timezone\":%s,\"clocksource\":%s,\"firmware\":%s", whole(up[1] * 1000), whole(systime()), \
        q(first("/etc/timezone")), q(first("/sys/devices/system/clocksource/clocksource0/current_clocksource")), q(ENVIRON["firmware"])
    printf ",\"cpu\":{\"vendor\":%s,\"model\":%s,\"mhz\":%s,\"count\":%s,\"flags\":%s}", q(vendor), q(model), whole(mhz), whole(cpus), list(flags, nflags)
    printf ",\"memory_kib\":%s,\"nics\":[%s],\"unbound_pci\":%s", whole(memory), nics, list(unbound, nunbound)
    printf ",\"address_mode\":%s,\"dhcp\":%s,\"routes\":%s", q(ENVIRON["mode"]), q(ENVIRON["dhcp"]), list(routes, nroutes)
    printf ",\"gateway\":%s,\"gateway_reachable\":%s,\"dns\":%s,\"dns_search\":%s", q(ENVIRON["gateway"]), ENVIRON["reachable"], list(dns, ndns), list(domains, ndomains)
    printf ",\"firewall\":%s,\"disks\":[%s],\"mounts\":%s,\"root_rw\":%s", ENVIRON["rules_read"] == "yes" ? list(rules, nrules) : "null", disks, list(mounts, nmounts), root_rw == "rw" ? "true" : "false"
    printf ",\"canary_sha256\":%s,\"canary_expected\":%s", q(canary[1]), q(first("/etc/portolan/canary.sha256"))
    printf ",\"dmi\":{\"vendor\":%s,\"product\":%s,\"uuid\":%s,\"serial\":%s}", q(first(id "sys_vendor")), q(first(id "product_name")), \
        q(first(id "product_uuid")), q(first(id "product_serial"))
    printf ",\"boot_drivers\":%s,\"drivers\":%s,\"hypervisor\":%s", list(boot_drivers, nboot), list(drivers, nall), q(hypervisor)
    printf ",\"boots\":%s,\"log_errors\":%s}", whole(ENVIRON["boots"]), list(errors, nerrors)
}
