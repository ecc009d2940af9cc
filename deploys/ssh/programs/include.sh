# Prints {"Include of /etc/ssh/sshd_config.d": "there" | "missing"}: one behind a Match line holds for that alone.
file=/etc/ssh/sshd_config
found=there
[ ! -e $file ] || awk '
    { line = tolower($0); gsub(/["=]/, " ", line); split(line, word) }
    word[1] == "match" { exit }
    word[1] == "include" && line ~ /[ \t](\/etc\/ssh\/)?sshd_config\.d\/\*(\.conf)?([ \t]|$)/ { there = 1; exit }
    END { exit !there }' $file || found=missing
printf '{"Include of /etc/ssh/sshd_config.d": "%s"}\n' $found
