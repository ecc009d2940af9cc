python3 -I -c 'import collections, json, subprocess, sys

path, table = sys.argv[1:]
show = ["nft", "-s", "-t", "list", "table", *table.split()]


def lines(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines(), done.stderr


def placed(listed):
    block = ""
    for line in map(str.strip, listed):
        if line.endswith("{") and not line.startswith("table"):
            block = line.split()[1]
        elif line.strip("{}"):
            yield f"{block}: {line}"


# The same nft writes the file'"'"'s rules and the loaded ones, so that what differs is no matter of its style.
code, wanted, error = lines("unshare", "-n", "sh", "-c", "nft -f \"$1\" && shift && \"$@\"", "sh", path, *show)
if code:
    sys.exit(error)
code, loaded, _ = lines(*show)
found = {f"table {table}": "missing" if code else "loaded"}
if not code and loaded != wanted:
    told, there = (collections.Counter(placed(some)) for some in (wanted, loaded))
    found.update({line: "not in the file" for line in there - told})
    found.update({line: "missing" for line in told - there})
    if told == there:
        found[f"order of rules in {table}"] = "changed"
print(json.dumps(found))
' /etc/rigwright/firewall.nft 'inet rigwright'
# table inet rigwright: loaded
# remediation after_activation:
nft -f /etc/rigwright/firewall.nft
