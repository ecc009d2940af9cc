# Prints a JSON object: whether each unit is enabled, as systemctl names it.
# Arguments: the units.
separator=
printf '{'
for unit; do
    state=$(systemctl is-enabled "$unit" 2>/dev/null | head -n 1)
    printf '%s"%s": "%s"' "$separator" "$unit" "${state:-not found}"
    separator=', '
done
printf '}\n'
